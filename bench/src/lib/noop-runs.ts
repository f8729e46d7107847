/** Runs of no-ops on both planes, many at once. */
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@myspinbot/client/client.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import { createKeys } from "@myspinbot/contracts/keys.ts";
import type { Graph, RunCreate } from "@myspinbot/contracts/types.ts";
import type { System } from "./noop-systems.ts";

const IN_FLIGHT = 64;
const KEYS = createKeys("msb");

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

async function countEnded({ redis, shards }: Pick<System, "redis" | "shards">): Promise<number> {
  const counts = shards.map(async (shard) => {
    if ((await redis.zcard(KEYS.runsByStatus(shard, "failed"))) > 0) throw new Error("a run failed");
    return redis.zcard(KEYS.runsByStatus(shard, "succeeded"));
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/** Submits up to `until` runs in all, with so many in flight at most, and waits for their end. */
export async function runUntil(
  system: Pick<System, "redis" | "shards" | "gateway">,
  request: RunCreate,
  from: number,
  until: number,
): Promise<void> {
  const client = createClient({ base: system.gateway.url, runtime: systemRuntime });
  // As before there was a client: without a key there is no row of it in Redis.
  const submit = (): Promise<unknown> => client.runs.submit(request, { idempotencyKey: null });
  for (let sent = from; sent < until;) {
    const free = Math.min(IN_FLIGHT - (sent - (await countEnded(system))), until - sent);
    await Promise.all(Array.from({ length: free }, () => submit()));
    sent += free;
    if (free === 0) await sleep(5);
  }
  while ((await countEnded(system)) < until) await sleep(10);
}
