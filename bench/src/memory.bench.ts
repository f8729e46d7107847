/**
 * Memory of the two processes that we write: at rest, and how it grows over some thousand runs of two no-ops, one on
 * each plane, submitted over HTTP.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createClient } from "@myspinbot/client/client.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import { createKeys } from "@myspinbot/contracts/keys.ts";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { startStack, type Stack } from "@myspinbot/services/stack.ts";
import { Redis } from "ioredis";
import { descendantsOf, residentMiB } from "./lib/memory.ts";
import { printTable, saveResults, verdictText } from "./lib/report.ts";
import { fitLine } from "./lib/stats.ts";

const RUNS = 5_000;
const STEP = 500;
const IN_FLIGHT = 64;
/** At rest, and afterwards. */
const LIMITS_MIB = { gateway: [200, 264], "gpu-node": [150, 150] } as const;
const PYTHON_FOLDER = join(ROOT, "bench", "python");
const KEYS = createKeys("msb");
const SHARD = "s0";
const GRAPH: Graph = {
  name: "two-noops",
  nodes: [
    { id: "a", type: "node_noop", plane: "node", inputs: { text: "x" } },
    { id: "b", type: "python_noop", plane: "python", inputs: { text: "$a.text" } },
  ],
  output: { text: "$b.text" },
};

type Process = keyof typeof LIMITS_MIB;
interface Sample {
  readonly runs: number;
  readonly mib: Record<Process, number>;
}

const dir = await mkdtemp(join(tmpdir(), "bench-memory-"));
const PROCESSES = Object.keys(LIMITS_MIB) as Process[];

function startAll(): Promise<Stack> {
  return startStack({
    dir,
    valkeyArgs: ["--appendfsync", "everysec"],
    gatewayEnv: {
      GATEWAY_EXTENSIONS: fileURLToPath(import.meta.resolve("./memory/gateway-extension.ts")),
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

async function countEnded(redis: Redis): Promise<number> {
  const failed = await redis.zcard(KEYS.runsByStatus(SHARD, "failed"));
  if (failed > 0) throw new Error("a run failed");
  return redis.zcard(KEYS.runsByStatus(SHARD, "succeeded"));
}

/** Submits up to `until` runs in all, with so many in flight at most, and waits for their end. */
async function runUntil(stack: Stack, redis: Redis, from: number, until: number): Promise<void> {
  const client = createClient({ base: stack.gateway.url, runtime: systemRuntime });
  // As before there was a client: without a key there is no row of it in Redis.
  const submit = (): Promise<unknown> => client.runs.submit({ graph: GRAPH }, { idempotencyKey: null });
  for (let sent = from; sent < until;) {
    const free = Math.min(IN_FLIGHT - (sent - (await countEnded(redis))), until - sent);
    await Promise.all(Array.from({ length: free }, () => submit()));
    sent += free;
    if (free === 0) await sleep(5);
  }
  while ((await countEnded(redis)) < until) await sleep(10);
}

try {
  const stack = await startAll();
  const redis = new Redis(stack.valkey.url, { protocol: 2 });
  const pids: Record<Process, number> = {
    gateway: stack.gateway.service.pid,
    "gpu-node": stack.gpuNode.service.pid,
  };
  const measure = (runs: number): Sample => ({
    runs,
    mib: { gateway: residentMiB(pids.gateway).rss, "gpu-node": residentMiB(pids["gpu-node"]).rss },
  });
  try {
    await sleep(5_000);
    const rest = measure(0);
    const children = descendantsOf(pids["gpu-node"]).map((pid) => residentMiB(pid).pss);
    const samples: Sample[] = [];
    const began = performance.now();
    for (let runs = 0; runs < RUNS; runs += STEP) {
      await runUntil(stack, redis, runs, runs + STEP);
      samples.push(measure(runs + STEP));
    }
    const perSecond = RUNS / ((performance.now() - began) / 1000);
    await sleep(5_000);
    const after = measure(RUNS);

    // The first half warms caches, pools and compiled code.
    const late = samples.slice(samples.length / 2);
    const rows = PROCESSES.map((name) => ({
      name,
      restMiB: rest.mib[name],
      afterMiB: after.mib[name],
      bytesPerRun: fitLine(late.map(({ runs, mib }) => [runs, mib[name] * 2 ** 20] as const)).slope,
      target: `<= ${LIMITS_MIB[name].join(", ")} MiB`,
      met: rest.mib[name] <= LIMITS_MIB[name][0] && after.mib[name] <= LIMITS_MIB[name][1],
    }));
    printTable(
      `Resident memory, ${RUNS} runs of two no-ops at ${perSecond.toFixed(0)} runs/s`,
      ["", "at rest, MiB", "afterwards, MiB", `growth, bytes a run (last ${RUNS / 2})`, "target"],
      rows.map((row) => [
        row.name,
        row.restMiB.toFixed(0),
        row.afterMiB.toFixed(0),
        row.bytesPerRun.toFixed(0),
        verdictText(row),
      ]),
    );
    const text = children.map((mib) => `${mib.toFixed(0)} MiB`).join(", ") || "none";
    console.log(`Guards and handlers of the gpu-node at rest (proportional): ${text}`);
    saveResults("memory", { runs: RUNS, perSecond, rows, samples, childrenMiB: children });
  } finally {
    redis.disconnect();
    await stack.stop();
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}
