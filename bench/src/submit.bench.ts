/**
 * From a request to "accepted" (targets P1, P2): round trips to Redis with a key, its limits and an idempotency key
 * together, requests per second beside Fastify, ajv and BullMQ's `add` as a service and alone, and what ten times too
 * many requests do.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSeaweed } from "@myspinbot/services/seaweed.ts";
import { cpuSeconds } from "./lib/memory.ts";
import { startBenchServer } from "./lib/redis-server.ts";
import { atLeast, printTable, saveResults, toText, verdictText, type Verdict } from "./lib/report.ts";
import { inRounds, valuesOf } from "./lib/rounds.ts";
import { onAverage, quickest, RTTS, slopeBy } from "./lib/slope.ts";
import { bootstrap, median, pairedRatio, type Ratio } from "./lib/stats.ts";
import { startWireProxy } from "./lib/wire-proxy.ts";
import { ours, type Contestant, type Place } from "./submit/contestants.ts";
import { peer, ruler } from "./submit/others.ts";
import { OVERLOAD, overload } from "./submit/overload.ts";
import { measureSlope, submit, turnaroundsOf, type Delayed } from "./submit/slope.ts";

const AT_ONCE = { requests: 1_500, connections: 64 };
/**
 * Till what runs often is compiled. V8 comes to most of it late, for 266 functions of ours between the 8,000th request and
 * the 12,000th, in threads whose CPU counts as the server's.
 */
const WARM_UP = 16_000;
/** Of who is asked one by one, where milliseconds lie between requests. */
const SLOPE_WARM_UP = 6_000;
const ROUNDS = 9;
const SLOPE_ROUNDS = 6;
const SLOPE = { target: 1, tolerance: 0.02 };
const LEAST_RATIO = 1.2;
/** Of a server that waits twice for every tenth request, both must tell: the count for certain, the slope on average. */
const EVERY_TENTH = (place: Place): Promise<Contestant> => ruler(place, 10);

interface Rate {
  readonly perSecond: number;
  readonly perCpuSecond: number;
  /** CPU of the Redis server, us per request. */
  readonly serverUs: number;
}

const server = await startBenchServer();
const dir = await mkdtemp(join(tmpdir(), "bench-submit-"));
const closing: (() => Promise<unknown>)[] = [];

type Start = (place: Place) => Promise<Contestant>;

async function start(begin: Start, name: string, redisUrl: string): Promise<Contestant> {
  const contestant = await begin({ dir: join(dir, name), redisUrl, nearUrl: server.url });
  closing.push(() => contestant.stop());
  return contestant;
}

/** Slopes are measured through a proxy, which would take of what others do at full speed: these servers have none. */
async function startDelayed(begin: Start, name: string): Promise<Delayed> {
  const proxy = await startWireProxy(server.port);
  closing.push(() => proxy.close());
  return { ...(await start(begin, name, proxy.url)), proxy };
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

try {
  const seaweed = await startSeaweed({ dir: join(dir, "s3") });
  closing.push(() => seaweed.stop());
  const gateway: Start = (place) => ours(place, seaweed);
  const starts: Start[] = [gateway, (place) => peer(place, false), (place) => peer(place, true)];
  const delayed: Delayed[] = [];
  for (const [i, begin] of [...starts, (place: Place) => ruler(place, Infinity), EVERY_TENTH].entries())
    delayed.push(await startDelayed(begin, `delayed-${i}`));
  for (const contestant of delayed) await submit(contestant, SLOPE_WARM_UP, AT_ONCE.connections);
  const slopes = await inRounds(delayed, SLOPE_ROUNDS, measureSlope);
  for (const contestant of delayed) await contestant.stop();

  const contestants: Contestant[] = [];
  for (const [i, begin] of starts.entries()) contestants.push(await start(begin, `near-${i}`, server.url));
  for (const contestant of contestants) await submit(contestant, WARM_UP, AT_ONCE.connections);
  const rates = await inRounds(contestants, ROUNDS, measureRate);
  const [own] = contestants as [Contestant];
  const over = await overload(own, AT_ONCE.connections, server.url);

  const slopeRows = delayed.map(({ name }) => {
    const cells = valuesOf(slopes, name);
    return {
      name,
      slope: bootstrap(cells, slopeBy(quickest)),
      onAverage: bootstrap(cells, slopeBy(onAverage)),
      turnarounds: turnaroundsOf(cells),
    };
  });
  const rateRows = contestants.map(({ name }) => {
    const found = valuesOf(rates, name);
    return {
      name,
      perSecond: median(found.map(({ perSecond }) => perSecond)),
      perCpuSecond: median(found.map(({ perCpuSecond }) => perCpuSecond)),
      serverUs: median(found.map(({ serverUs }) => serverUs)),
    };
  });
  printTable(
    `A run of ${Buffer.byteLength(own.target.body)} bytes submitted, with key, limits and idempotency; ${SLOPE_ROUNDS} rounds`,
    ["", "slope on RTT, of the quickest", "on average", "turnarounds"],
    slopeRows.map((row) => [
      row.name,
      toText(row.slope, 3),
      toText(row.onAverage, 2),
      row.turnarounds.toFixed(2),
    ]),
  );
  printTable(
    `${AT_ONCE.connections} at once; ${ROUNDS} rounds`,
    ["", "req/s", "req per CPU second", "us of Redis per req"],
    rateRows.map((row) => [
      row.name,
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
  const [, same, alone] = contestants as [Contestant, Contestant, Contestant];
  const ratios = {
    "req/s to the peer's on the same work": ratioTo(same, "perSecond"),
    "req per CPU second to the peer's on the same work": ratioTo(same, "perCpuSecond"),
  };
  const bareRatios = {
    "req/s": ratioTo(alone, "perSecond"),
    "req per CPU second": ratioTo(alone, "perCpuSecond"),
  };
  const { slope, turnarounds } = slopeRows[0]!;
  const { perMinute, tolerance, mostMiB } = OVERLOAD;
  const targets: Record<string, Verdict & object> = {
    [`slope ${toText(slope, 3)}, turnarounds ${turnarounds.toFixed(3)}`]: {
      ...{ ...slope, turnarounds },
      target: `${SLOPE.target} +- ${SLOPE.tolerance}`,
      met: [slope.low, slope.high, turnarounds].every(
        (end) => Math.abs(end - SLOPE.target) <= SLOPE.tolerance,
      ),
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
    console.log(`${name} to the peer's that is no service: ${toText(ratio)}`);
  saveResults("submit", { rttsMs: RTTS, slopeRows, rateRows, ratios, bareRatios, over, targets });
} finally {
  for (const close of closing.toReversed()) await close();
  await server.stop();
  await rm(dir, { recursive: true, force: true });
}
