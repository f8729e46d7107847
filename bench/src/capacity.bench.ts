/**
 * What a run costs each part, and so what one of each carries: runs of two and of twenty no-ops on both planes, and of
 * a film, submitted over HTTP; on one Redis, and on a cluster of three.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@myspinbot/client/client.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import type { RunCreate } from "@myspinbot/contracts/types.ts";
import type { ValkeyServer } from "@myspinbot/services/valkey.ts";
import { Redis } from "ioredis";
import { cpuSeconds, descendantsOf } from "./lib/memory.ts";
import { noops, runUntil } from "./lib/noop-runs.ts";
import { startClusterSystem, startNoopSystem, type System } from "./lib/noop-systems.ts";
import { printTable, saveResults } from "./lib/report.ts";

const NARRATION =
  "Ships float because they push water aside. A steel hull holds mostly air, so the whole ship weighs less than " +
  "the water that would fill its place. Load it too much, and it sinks deeper, until the two are equal again. " +
  "That is all there is to it, from a paper boat to a tanker.";

interface Load {
  readonly name: string;
  readonly request: RunCreate;
  /** How many are measured, after `warm` that are not. */
  readonly runs: number;
  readonly warm: number;
}

const SHORT: Load = { name: "2 no-ops", request: { graph: noops(2) }, warm: 200, runs: 2_000 };
const LOADS: readonly Load[] = [
  SHORT,
  { name: "20 no-ops", request: { graph: noops(20) }, warm: 40, runs: 400 },
  {
    name: "a film of 16 s",
    request: { graph: "talking-avatar", input: { text: NARRATION } },
    ...{ warm: 1, runs: 3 },
  },
];

/** Counters that only grow; of Redis all servers together, but for the CPU of each. */
interface Totals {
  readonly seconds: number;
  readonly gateway: number;
  readonly gpuNode: number;
  readonly servers: readonly number[];
  readonly commands: number;
  readonly wireBytes: number;
  readonly keptBytes: number;
  readonly storedBytes: number;
}

interface Costs extends Omit<Totals, "servers"> {
  readonly name: string;
  readonly redis: number;
  /** Of the server that has the most to do. */
  readonly busiest: number;
}

async function infoOf({ url }: ValkeyServer): Promise<string> {
  const redis = new Redis(url, { protocol: 2 });
  try {
    return await redis.info("everything");
  } finally {
    redis.disconnect();
  }
}

async function readTotals({ gateway, gpuNode, servers }: System): Promise<Totals> {
  const client = createClient({ base: gateway.url, runtime: systemRuntime });
  const { storage } = await client.operators.overview();
  const infos = await Promise.all(servers.map(infoOf));
  const sum = (name: string): number =>
    infos.reduce((all, info) => all + Number(new RegExp(`^${name}:([0-9.]+)`, "m").exec(info)?.[1]), 0);
  const box = gpuNode.service.pid;
  return {
    seconds: performance.now() / 1000,
    gateway: cpuSeconds(gateway.service.pid),
    gpuNode: [box, ...descendantsOf(box)].reduce((all, pid) => all + cpuSeconds(pid), 0),
    servers: servers.map(({ service }) => cpuSeconds(service.pid)),
    commands: sum("total_commands_processed"),
    wireBytes: sum("total_net_input_bytes") + sum("total_net_output_bytes"),
    keptBytes: sum("used_memory"),
    storedBytes: (storage?.total.artifact_bytes ?? 0) + (storage?.total.file_bytes ?? 0),
  };
}

/** Of one run, by the mean. */
async function costsOf(system: System, { name, request, warm, runs }: Load, ended: number): Promise<Costs> {
  await runUntil(system, request, ended, ended + warm);
  const before = await readTotals(system);
  await runUntil(system, request, ended + warm, ended + warm + runs);
  const after = await readTotals(system);
  const per = (key: Exclude<keyof Totals, "servers">): number => (after[key] - before[key]) / runs;
  const servers = after.servers.map((cpu, i) => (cpu - before.servers[i]!) / runs);
  return {
    name,
    seconds: per("seconds"),
    gateway: per("gateway"),
    gpuNode: per("gpuNode"),
    redis: servers.reduce((all, cpu) => all + cpu, 0),
    busiest: Math.max(...servers),
    commands: per("commands"),
    wireBytes: per("wireBytes"),
    keptBytes: per("keptBytes"),
    storedBytes: per("storedBytes"),
  };
}

async function measure(start: (dir: string) => Promise<System>, loads: readonly Load[]): Promise<Costs[]> {
  const dir = await mkdtemp(join(tmpdir(), "bench-capacity-"));
  try {
    const system = await start(dir);
    try {
      const rows: Costs[] = [];
      let ended = 0;
      for (const load of loads) {
        rows.push(await costsOf(system, load, ended));
        ended += load.warm + load.runs;
      }
      return rows;
    } finally {
      await system.stop();
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const one = await measure(startNoopSystem, LOADS);
const three = await measure(startClusterSystem, [SHORT]);
const rows = [...one, ...three.map((row) => ({ ...row, name: `${row.name}, three masters` }))];
const ms = (seconds: number): string => String(Number((seconds * 1000).toPrecision(3)));
const round = (value: number): string => String(Number(value.toPrecision(2)));
const kB = (bytes: number): string => (bytes / 1000).toFixed(1);
printTable(
  "What a run costs, by the mean: CPU in ms, bytes in kB",
  [
    ...["", "runs/s here", "gateway", "gpu-node", "Redis", "its busiest server"],
    ...["commands", "on its wire", "kept in it", "kept in the store"],
  ],
  rows.map((row) => [
    row.name,
    round(1 / row.seconds),
    ...[row.gateway, row.gpuNode, row.redis, row.busiest].map(ms),
    row.commands.toFixed(0),
    ...[row.wireBytes, row.keptBytes, row.storedBytes].map(kB),
  ]),
);
printTable(
  "What one of each carries with a core of its own",
  ["", "gateway, runs/s", "Redis or cluster, runs/s", "runs kept per GB"],
  rows.map((row) => [row.name, round(1 / row.gateway), round(1 / row.busiest), round(1e9 / row.keptBytes)]),
);
saveResults("capacity", { rows });
