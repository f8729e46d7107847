/** A gateway, a gpu-node, Redis and a store that do what costs nothing by itself: runs of no-ops on both planes. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createClient } from "@myspinbot/client/client.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import { createKeys } from "@myspinbot/contracts/keys.ts";
import type { Graph, RunCreate } from "@myspinbot/contracts/types.ts";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { startStack, type Stack } from "@myspinbot/services/stack.ts";
import type { Redis } from "ioredis";

const IN_FLIGHT = 64;
const PYTHON_FOLDER = join(ROOT, "bench", "python");
const KEYS = createKeys("msb");
const SHARD = "s0";

export function startNoopStack(dir: string): Promise<Stack> {
  return startStack({
    dir,
    valkeyArgs: ["--appendfsync", "everysec"],
    gatewayEnv: {
      GATEWAY_EXTENSIONS: fileURLToPath(import.meta.resolve("../memory/gateway-extension.ts")),
      GATEWAY_LOG_LEVEL: "warn",
    },
    gpuNodeEnv: {
      GPU_NODE_EXTENSIONS: join(PYTHON_FOLDER, "noop_extension.py"),
      GPU_NODE_LOG_LEVEL: "warn",
      GPU_NODE_SLOTS: "16",
      PYTHONPATH: PYTHON_FOLDER,
    },
  });
}

/** That many no-ops, by turns on the node and the python plane: as many tasks. */
export function noops(count: number): Graph {
  const nodes = Array.from({ length: count }, (_, i) => ({
    id: `n${i}`,
    ...(i % 2 === 0
      ? { type: "node_noop", plane: "node" as const }
      : { type: "python_noop", plane: "python" as const }),
    inputs: { text: i === 0 ? "x" : `$n${i - 1}.text` },
  }));
  return { name: `noops-${count}`, nodes, output: { text: `$n${count - 1}.text` } };
}

async function countEnded(redis: Redis): Promise<number> {
  const failed = await redis.zcard(KEYS.runsByStatus(SHARD, "failed"));
  if (failed > 0) throw new Error("a run failed");
  return redis.zcard(KEYS.runsByStatus(SHARD, "succeeded"));
}

export interface Load {
  readonly stack: Stack;
  readonly redis: Redis;
  readonly request: RunCreate;
}

/** Submits up to `until` runs in all, with so many in flight at most, and waits for their end. */
export async function runUntil({ stack, redis, request }: Load, from: number, until: number): Promise<void> {
  const client = createClient({ base: stack.gateway.url, runtime: systemRuntime });
  // As before there was a client: without a key there is no row of it in Redis.
  const submit = (): Promise<unknown> => client.runs.submit(request, { idempotencyKey: null });
  for (let sent = from; sent < until;) {
    const free = Math.min(IN_FLIGHT - (sent - (await countEnded(redis))), until - sent);
    await Promise.all(Array.from({ length: free }, () => submit()));
    sent += free;
    if (free === 0) await sleep(5);
  }
  while ((await countEnded(redis)) < until) await sleep(10);
}
