/**
 * What a run costs each part, and so what one of each carries: runs of two and of twenty no-ops on both planes,
 * submitted over HTTP. What handlers do comes on top, on the box; what its events and files weigh, too.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stack } from "@myspinbot/services/stack.ts";
import { Redis } from "ioredis";
import { cpuSeconds, descendantsOf } from "./lib/memory.ts";
import { noops, runUntil, startNoopStack } from "./lib/noop-stack.ts";
import { printTable, saveResults } from "./lib/report.ts";

/** Of each size, after as many tenths to warm up. */
const RUNS: Readonly<Record<number, number>> = { 2: 2_000, 20: 400 };

/** Counters that only grow. */
interface Totals {
  readonly seconds: number;
  readonly gateway: number;
  readonly gpuNode: number;
  readonly redis: number;
  readonly commands: number;
  readonly wireBytes: number;
  readonly keptBytes: number;
}

async function readTotals(stack: Stack, redis: Redis): Promise<Totals> {
  const info = await redis.info("everything");
  const read = (name: string): number => Number(new RegExp(`^${name}:([0-9.]+)`, "m").exec(info)?.[1]);
  const box = stack.gpuNode.service.pid;
  return {
    seconds: performance.now() / 1000,
    gateway: cpuSeconds(stack.gateway.service.pid),
    gpuNode: [box, ...descendantsOf(box)].reduce((sum, pid) => sum + cpuSeconds(pid), 0),
    redis: cpuSeconds(stack.valkey.service.pid),
    commands: read("total_commands_processed"),
    wireBytes: read("total_net_input_bytes") + read("total_net_output_bytes"),
    keptBytes: read("used_memory"),
  };
}

/** Of one run, by the mean. */
async function costsOf(
  nodes: number,
  runs: number,
  from: number,
  stack: Stack,
  redis: Redis,
): Promise<Totals> {
  const load = { stack, redis, graph: noops(nodes) };
  const warm = from + runs / 10;
  await runUntil(load, from, warm);
  const before = await readTotals(stack, redis);
  await runUntil(load, warm, warm + runs);
  const after = await readTotals(stack, redis);
  const entries = Object.entries(before) as [keyof Totals, number][];
  return Object.fromEntries(
    entries.map(([name, value]) => [name, (after[name] - value) / runs]),
  ) as unknown as Totals;
}

const dir = await mkdtemp(join(tmpdir(), "bench-capacity-"));
try {
  const stack = await startNoopStack(dir);
  const redis = new Redis(stack.valkey.url, { protocol: 2 });
  try {
    let ended = 0;
    const rows: (Totals & { nodes: number })[] = [];
    for (const [size, runs] of Object.entries(RUNS)) {
      const nodes = Number(size);
      rows.push({ nodes, ...(await costsOf(nodes, runs, ended, stack, redis)) });
      ended += runs * 1.1;
    }
    printTable(
      "A run of no-ops, costs by the mean",
      [
        "nodes",
        "runs/s here",
        "gateway, CPU ms",
        "Redis, CPU ms",
        "gpu-node, CPU ms",
        "Redis, commands",
        "Redis, kB sent",
        "Redis, kB kept",
      ],
      rows.map((row) => [
        String(row.nodes),
        (1 / row.seconds).toFixed(0),
        (row.gateway * 1000).toFixed(1),
        (row.redis * 1000).toFixed(2),
        (row.gpuNode * 1000).toFixed(1),
        row.commands.toFixed(0),
        (row.wireBytes / 1000).toFixed(1),
        (row.keptBytes / 1000).toFixed(1),
      ]),
    );
    printTable(
      "What one of each carries",
      ["nodes", "gateway, runs/s a core", "Redis, runs/s", "Redis, runs kept per GB"],
      rows.map((row) => [
        String(row.nodes),
        (1 / row.gateway).toFixed(0),
        (1 / row.redis).toFixed(0),
        (1e9 / row.keptBytes).toFixed(0),
      ]),
    );
    saveResults("capacity", { rows });
  } finally {
    redis.disconnect();
    await stack.stop();
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}
