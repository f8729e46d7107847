/**
 * What a run costs each part, and so what one of each carries: runs of two and of twenty no-ops on both planes, and
 * of a film, submitted over HTTP.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@myspinbot/client/client.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import type { RunCreate } from "@myspinbot/contracts/types.ts";
import { Redis } from "ioredis";
import { cpuSeconds, descendantsOf } from "./lib/memory.ts";
import { type Load, noops, runUntil, startNoopStack } from "./lib/noop-stack.ts";
import { printTable, saveResults } from "./lib/report.ts";

const NARRATION =
  "Ships float because they push water aside. A steel hull holds mostly air, so the whole ship weighs less than " +
  "the water that would fill its place. Load it too much, and it sinks deeper, until the two are equal again. " +
  "That is all there is to it, from a paper boat to a tanker.";

/** How many runs of each are measured, after `warm` that are not. */
const LOADS: readonly { name: string; request: RunCreate; warm: number; runs: number }[] = [
  { name: "2 no-ops", request: { graph: noops(2) }, warm: 200, runs: 2_000 },
  { name: "20 no-ops", request: { graph: noops(20) }, warm: 40, runs: 400 },
  {
    name: "a film of 16 s",
    request: { graph: "talking-avatar", input: { text: NARRATION } },
    warm: 1,
    runs: 3,
  },
];

/** Counters that only grow. */
interface Totals {
  readonly seconds: number;
  readonly gateway: number;
  readonly gpuNode: number;
  readonly redis: number;
  readonly commands: number;
  readonly wireBytes: number;
  readonly keptBytes: number;
  readonly storedBytes: number;
}

async function readTotals({ stack, redis }: Load): Promise<Totals> {
  const info = await redis.info("everything");
  const read = (name: string): number => Number(new RegExp(`^${name}:([0-9.]+)`, "m").exec(info)?.[1]);
  const { storage } = await createClient({
    base: stack.gateway.url,
    runtime: systemRuntime,
  }).operators.overview();
  const box = stack.gpuNode.service.pid;
  return {
    seconds: performance.now() / 1000,
    gateway: cpuSeconds(stack.gateway.service.pid),
    gpuNode: [box, ...descendantsOf(box)].reduce((sum, pid) => sum + cpuSeconds(pid), 0),
    redis: cpuSeconds(stack.valkey.service.pid),
    commands: read("total_commands_processed"),
    wireBytes: read("total_net_input_bytes") + read("total_net_output_bytes"),
    keptBytes: read("used_memory"),
    storedBytes: (storage?.total.artifact_bytes ?? 0) + (storage?.total.file_bytes ?? 0),
  };
}

/** Of one run, by the mean. */
async function costsOf(load: Load, from: number, warm: number, runs: number): Promise<Totals> {
  await runUntil(load, from, from + warm);
  const before = await readTotals(load);
  await runUntil(load, from + warm, from + warm + runs);
  const after = await readTotals(load);
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
    const rows: (Totals & { name: string })[] = [];
    for (const { name, request, warm, runs } of LOADS) {
      rows.push({ name, ...(await costsOf({ stack, redis, request }, ended, warm, runs)) });
      ended += warm + runs;
    }
    printTable(
      "What a run costs, by the mean",
      [
        "",
        "runs/s here",
        "gateway, CPU ms",
        "Redis, CPU ms",
        "gpu-node, CPU ms",
        "Redis, commands",
        "Redis, kB sent",
        "Redis, kB kept",
        "store, kB kept",
      ],
      rows.map((row) => [
        row.name,
        (1 / row.seconds).toPrecision(2),
        (row.gateway * 1000).toFixed(1),
        (row.redis * 1000).toFixed(2),
        (row.gpuNode * 1000).toFixed(1),
        row.commands.toFixed(0),
        (row.wireBytes / 1000).toFixed(1),
        (row.keptBytes / 1000).toFixed(1),
        (row.storedBytes / 1000).toFixed(0),
      ]),
    );
    printTable(
      "What one of each carries",
      ["", "gateway, runs/s a core", "Redis, runs/s", "Redis, runs kept per GB"],
      rows.map((row) => [
        row.name,
        (1 / row.gateway).toPrecision(2),
        (1 / row.redis).toPrecision(2),
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
