/**
 * What a drive costs (target P8): round trips at the wire, drives per second, CPU, beside LangGraph.js alone with a
 * modelled RedisSaver and with MemorySaver, and beside a floor.
 */
import { createKeys } from "@myspinbot/contracts/keys.ts";
import { MemorySaver } from "@langchain/langgraph-checkpoint";
import { createCommandClient } from "../../gateway/src/redis/client.ts";
import { createBenchDriver, ours, peer, type Contestant } from "./drive/contestants.ts";
import { measureFirstDrives } from "./drive/first-drives.ts";
import { floor } from "./drive/floor.ts";
import type { Cost } from "./drive/measured.ts";
import { ModelledRedisSaver } from "./drive/modelled-redis-saver.ts";
import { createRunFeeder } from "./drive/run-feeder.ts";
import { countTurnarounds } from "./drive/turnarounds.ts";
import { chain, diamond } from "./lib/graphs.ts";
import { pinWorker, startBenchServer } from "./lib/redis-server.ts";
import { atLeast, atMost, printTable, saveResults, toText, verdictText } from "./lib/report.ts";
import { inRounds, valuesOf } from "./lib/rounds.ts";
import { median, pairedRatio, type Ratio } from "./lib/stats.ts";
import { startWireProxy } from "./lib/wire-proxy.ts";

const ROUNDS = 9;
const RUNS = 16;
const GRAPH = chain(10);
const SHAPES = [chain(2), GRAPH, diamond(4), diamond(40), chain(60)];
const TARGET_TURNAROUNDS = 2;
/** Round trips between gateway and Redis that are injected, in ms. */
const FAR_MS = [1, 5];
const TARGET_FIRST_MS = 40;

type Sample = Cost & { serverMs: number };

const server = await startBenchServer();
pinWorker(process.pid);
const proxy = await startWireProxy(server.port);
const near = [createCommandClient(server.url), createCommandClient(server.url)] as const;
const wired = [createCommandClient(proxy.url), createCommandClient(proxy.url)] as const;
const keys = createKeys("bench");
const feeder = createRunFeeder(server.redis, keys);

const OURS = "ours, run in memory";
const COLD = "ours, run from Redis";
const FLOOR = "floor: two bare scripts";
const MEMORY = "MemorySaver, exit";
const MODELLED = "modelled RedisSaver, exit";
const MODELLED_DEFAULT = "modelled RedisSaver, async";

/** `exit` = written once per invoke, the peer's cheapest way; `async` = LangGraph's default. */
function onRedis(clients: typeof near): Contestant[] {
  const [one, other] = clients;
  return [
    ours(OURS, feeder, [createBenchDriver(one, keys)]),
    ours(COLD, feeder, [createBenchDriver(one, keys), createBenchDriver(other, keys)]),
    floor(FLOOR, one),
    peer(MODELLED, "exit", () => new ModelledRedisSaver(one)),
    peer(MODELLED_DEFAULT, "async", () => new ModelledRedisSaver(one)),
  ];
}

const contestants = [
  ...onRedis(near),
  peer(MEMORY, "exit", () => new MemorySaver()),
  peer("MemorySaver, async", "async", () => new MemorySaver()),
];
const wiredContestants = onRedis(wired);
const wiredNames = wiredContestants.map(({ name }) => name);

async function countAtTheWire(): Promise<Record<string, number>[]> {
  const rows: Record<string, number>[] = [];
  for (const graph of SHAPES) {
    const row: Record<string, number> = {};
    for (const contestant of wiredContestants)
      row[contestant.name] = await countTurnarounds(contestant, graph, proxy);
    rows.push(row);
  }
  printTable(
    "Turnarounds per drive, counted by a proxy (target of ours: 2; the blocked read that brings the mail is not in it)",
    ["graph", ...wiredNames],
    rows.map((row, i) => [SHAPES[i]?.name ?? "", ...wiredNames.map((name) => row[name]?.toFixed(2) ?? "")]),
  );
  return rows;
}

async function measureNear(contestant: Contestant): Promise<Sample> {
  await feeder.reset();
  const before = await server.cpuSeconds();
  const cost = await contestant.run(GRAPH, RUNS);
  return { ...cost, serverMs: ((await server.cpuSeconds()) - before) * 1000 };
}

function compareNear(samples: Map<string, Sample[]>) {
  const per = (name: string, what: "wallMs" | "cpuMs" | "serverMs"): number[] =>
    valuesOf(samples, name).map((sample) => sample[what] / sample.drives);
  const rows = contestants.map(({ name }) => ({
    name,
    drivesPerSecond: 1000 / median(per(name, "wallMs")),
    cpuMs: median(per(name, "cpuMs")),
    serverMs: median(per(name, "serverMs")),
    wallToOurs: pairedRatio(per(name, "wallMs"), per(OURS, "wallMs")),
    cpuToOurs: pairedRatio(per(name, "cpuMs"), per(OURS, "cpuMs")),
  }));
  printTable(
    `Drives of ${GRAPH.name}, ${RUNS} runs side by side, ${ROUNDS} interleaved rounds (median [95 %])`,
    ["", "drives/s", "CPU ms", "time / ours", "CPU / ours", "server CPU ms*"],
    rows.map((row) => [
      row.name,
      row.drivesPerSecond.toFixed(0),
      row.cpuMs.toFixed(2),
      toText(row.wallToOurs),
      toText(row.cpuToOurs),
      row.serverMs.toFixed(2),
    ]),
  );
  console.log("* in the two rows of ours with the benchmark's own submits and settles.");
  return { rows, oursToMemory: pairedRatio(per(OURS, "cpuMs"), per(MEMORY, "cpuMs")) };
}

interface FarResult {
  readonly rttMs: number;
  readonly ms: Record<string, number>;
  readonly toOurs: Record<string, Ratio>;
}

/** Latency of one drive after the other when Redis is not next door. */
async function compareFar(): Promise<FarResult[]> {
  const results: FarResult[] = [];
  for (const rttMs of FAR_MS) {
    const samples = await inRounds(wiredContestants, ROUNDS, async (contestant) => {
      await feeder.reset();
      proxy.setDelay(rttMs / 2);
      const { wallMs, drives } = await contestant.run(GRAPH, 1);
      proxy.setDelay(0);
      return wallMs / drives;
    });
    const ms = Object.fromEntries(wiredNames.map((name) => [name, median(valuesOf(samples, name))]));
    const toOurs = Object.fromEntries(
      wiredNames.map((name) => [name, pairedRatio(valuesOf(samples, name), valuesOf(samples, OURS))]),
    );
    results.push({ rttMs, ms, toOurs });
  }
  printTable(
    "Latency of a drive with an injected round trip to Redis (ms; to ours)",
    ["", ...FAR_MS.map((ms) => `RTT ${ms} ms`)],
    wiredNames.map((name) => [
      name,
      ...results.map(({ ms, toOurs }) => `${ms[name]?.toFixed(1)}; ${toText(toOurs[name] as Ratio)}`),
    ]),
  );
  return results;
}

try {
  await feeder.reset();
  const turnarounds = await countAtTheWire();
  for (const contestant of contestants) await measureNear(contestant);
  const { rows, oursToMemory } = compareNear(await inRounds(contestants, ROUNDS, measureNear));
  const far = await compareFar();
  console.log("");
  const first = await measureFirstDrives(feeder, () => createBenchDriver(near[0], keys), server.url);
  console.log(
    "\nDuties ours has besides: mail checked, run locked, events, timers, node rows, tasks issued, one driver at a time.",
  );
  console.log(
    "Modelled: the peer's round trips with plain commands in place of the modules', which flatters it.\n",
  );

  const worst = Math.max(...turnarounds.flatMap((row) => [row[OURS] ?? 0, row[COLD] ?? 0]));
  const slowest = Math.max(...Object.values(first).map(({ p50 }) => p50));
  const atOneMs = far[0]?.toOurs ?? {};
  const targets = {
    "turnarounds per drive": {
      value: worst,
      target: `<= ${TARGET_TURNAROUNDS}`,
      met: worst <= TARGET_TURNAROUNDS,
    },
    "CPU ms of the first drive of 400 nodes": {
      value: slowest,
      target: `<= ${TARGET_FIRST_MS}`,
      met: slowest <= TARGET_FIRST_MS,
    },
    "CPU of ours / MemorySaver": { ...oursToMemory, ...atMost(oursToMemory, 1.25) },
    "modelled RedisSaver as it is by default / ours, RTT 1 ms": atLeast(
      atOneMs[MODELLED_DEFAULT] as Ratio,
      10,
    ),
    "modelled RedisSaver at its cheapest / ours, RTT 1 ms": atLeast(atOneMs[MODELLED] as Ratio, 10),
  };
  for (const [name, verdict] of Object.entries(targets)) console.log(`${name} ${verdictText(verdict)}`);
  const counted = SHAPES.map((graph, i) => ({ graph: graph.name, ...turnarounds[i] }));
  saveResults("drive", { turnarounds: counted, near: rows, far, first, targets });
} finally {
  for (const redis of [...near, ...wired]) redis.disconnect();
  await proxy.close();
  await server.stop();
}
