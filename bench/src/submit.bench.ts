/**
 * From a request to "accepted" (targets P1, P2): round trips to Redis with a key, its limits and an idempotency key
 * together, requests per second beside Fastify, ajv and BullMQ's `add` with and without limits, and what ten times too
 * many requests do.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSeaweed } from "@myspinbot/services/seaweed.ts";
import { load } from "./lib/http-load.ts";
import { cpuSeconds, peakMiB } from "./lib/memory.ts";
import { startBenchServer } from "./lib/redis-server.ts";
import { atLeast, printTable, saveResults, toText, verdictText, type Verdict } from "./lib/report.ts";
import { inRounds, valuesOf } from "./lib/rounds.ts";
import { bootstrap, median, pairedRatio, type Ratio } from "./lib/stats.ts";
import { startWireProxy, type WireProxy } from "./lib/wire-proxy.ts";
import { makeKey, MOST_PER_MINUTE, ours, peer, type Contestant, type Place } from "./submit/contestants.ts";
import { measureSlope, RTTS, slopeOf, submit, turnaroundsOf } from "./submit/slope.ts";

const AT_ONCE = { requests: 1_500, connections: 64 };
/** Till what runs often is compiled. */
const WARM_UP = 6_000;
const ROUNDS = 9;
const SLOPE = { target: 1, tolerance: 0.02 };
const LEAST_RATIO = 1.2;
const OVERLOAD = { perMinute: 500, times: 10, tolerance: 0.02, mostMiB: 64 };

interface Rate {
  readonly perSecond: number;
  readonly perCpuSecond: number;
  /** CPU of the Redis server, us per request. */
  readonly serverUs: number;
}

const server = await startBenchServer();
const dir = await mkdtemp(join(tmpdir(), "bench-submit-"));
const closing: (() => Promise<unknown>)[] = [];

async function openProxy(): Promise<WireProxy> {
  const proxy = await startWireProxy(server.port);
  closing.push(() => proxy.close());
  return proxy;
}

async function measureRate(contestant: Contestant): Promise<Rate> {
  const [began, cpu, serverCpu] = [performance.now(), cpuSeconds(contestant.pid), await server.cpuSeconds()];
  await submit(contestant, AT_ONCE.requests, AT_ONCE.connections);
  const seconds = (performance.now() - began) / 1000;
  return {
    perSecond: AT_ONCE.requests / seconds,
    perCpuSecond: AT_ONCE.requests / (cpuSeconds(contestant.pid) - cpu),
    serverUs: ((await server.cpuSeconds()) - serverCpu) * (1e6 / AT_ONCE.requests),
  };
}

/** Ten times as many requests as a key may make within a minute, as fast as they are answered. */
async function overload(own: Contestant): Promise<{ accepted: number; grownMiB: number }> {
  const { perMinute, times } = OVERLOAD;
  const key = makeKey(server.url, ["--runs-per-minute", String(perMinute)]);
  const { headers, ...rest } = own.target;
  const target = { ...rest, headers: (n: number) => ({ ...headers(n), Authorization: `Bearer ${key}` }) };
  const before = peakMiB(own.pid);
  const began = performance.now();
  const answered = await load(target, perMinute * times, AT_ONCE.connections);
  if (performance.now() - began > 60_000) throw new Error("it took more than the minute that is limited");
  const strange = answered.find(({ status }) => status !== 202 && status !== 429);
  if (strange) throw new Error(`under overload it answered ${strange.status}`);
  const accepted = answered.filter(({ status }) => status === 202).length;
  return { accepted, grownMiB: peakMiB(own.pid) - before };
}

try {
  const seaweed = await startSeaweed({ dir: join(dir, "s3") });
  closing.push(() => seaweed.stop());
  const contestants: Contestant[] = [];
  const starts: ((place: Place) => Promise<Contestant>)[] = [
    (place) => ours(place, seaweed),
    (place) => peer(place, MOST_PER_MINUTE),
    (place) => peer(place, 0),
  ];
  for (const start of starts) {
    const contestant = await start({ dir, proxy: await openProxy(), redisUrl: server.url });
    closing.push(() => contestant.stop());
    contestants.push(contestant);
  }
  const own = contestants[0]!;
  for (const contestant of contestants) await submit(contestant, WARM_UP, AT_ONCE.connections);

  const slopes = await inRounds(contestants, ROUNDS, measureSlope);
  const rates = await inRounds(contestants, ROUNDS, measureRate);
  const over = await overload(own);

  const rows = contestants.map(({ name }) => {
    const cells = valuesOf(slopes, name);
    const found = valuesOf(rates, name);
    return {
      name,
      slope: bootstrap(cells, slopeOf),
      turnarounds: turnaroundsOf(cells),
      perSecond: median(found.map(({ perSecond }) => perSecond)),
      perCpuSecond: median(found.map(({ perCpuSecond }) => perCpuSecond)),
      serverUs: median(found.map(({ serverUs }) => serverUs)),
    };
  });
  printTable(
    `A run of ${Buffer.byteLength(own.target.body)} bytes submitted, with key, limits and idempotency; ${ROUNDS} rounds`,
    [
      "",
      "slope on RTT",
      "turnarounds",
      `req/s, ${AT_ONCE.connections} at once`,
      "req per CPU second",
      "us of Redis per req",
    ],
    rows.map((row) => [
      row.name,
      toText(row.slope, 3),
      row.turnarounds.toFixed(2),
      row.perSecond.toFixed(0),
      row.perCpuSecond.toFixed(0),
      row.serverUs.toFixed(0),
    ]),
  );
  const ratioTo = ({ name }: Contestant, figure: "perSecond" | "perCpuSecond"): Ratio =>
    pairedRatio(
      ...([own.name, name].map((each) => valuesOf(rates, each).map((rate) => rate[figure])) as [
        number[],
        number[],
      ]),
    );
  const [, same, bare] = contestants as [Contestant, Contestant, Contestant];
  const ratios = {
    "req/s to the peer's on the same work": ratioTo(same, "perSecond"),
    "req per CPU second to the peer's on the same work": ratioTo(same, "perCpuSecond"),
  };
  const bareRatios = {
    "req/s": ratioTo(bare, "perSecond"),
    "req per CPU second": ratioTo(bare, "perCpuSecond"),
  };
  const { slope } = rows[0]!;
  const { perMinute, tolerance, mostMiB } = OVERLOAD;
  const targets: Record<string, Verdict & object> = {
    slope: {
      ...slope,
      target: `${SLOPE.target} +- ${SLOPE.tolerance}`,
      met: [slope.low, slope.high].every((end) => Math.abs(end - SLOPE.target) <= SLOPE.tolerance),
    },
    ...Object.fromEntries(
      Object.entries(ratios).map(([name, ratio]) => [
        `${name}: ${toText(ratio)}`,
        { ...ratio, ...atLeast(ratio, LEAST_RATIO) },
      ]),
    ),
    [`accepted of ${perMinute} allowed, ${OVERLOAD.times} times as many asked: ${over.accepted}`]: {
      target: `+- ${100 * tolerance} %`,
      met: Math.abs(over.accepted / perMinute - 1) <= tolerance,
    },
    [`memory grown meanwhile: ${over.grownMiB.toFixed(0)} MiB`]: {
      target: `<= ${mostMiB} MiB`,
      met: over.grownMiB <= mostMiB,
    },
  };
  console.log("");
  for (const [name, verdict] of Object.entries(targets)) console.log(`${name}, ${verdictText(verdict)}`);
  for (const [name, ratio] of Object.entries(bareRatios))
    console.log(`${name} to the peer's that counts no limits: ${toText(ratio)}`);
  saveResults("submit", { rttsMs: RTTS, rows, ratios, bareRatios, over, targets });
} finally {
  for (const close of closing.toReversed()) await close();
  await server.stop();
  await rm(dir, { recursive: true, force: true });
}
