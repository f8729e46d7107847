/**
 * From a request to "accepted" (targets P1, P2): round trips to Redis with a key, its limits and an idempotency key
 * together, requests per second beside Fastify, ajv and BullMQ's `add`, and what ten times too many requests do.
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
import { bootstrap, fitLine, median, pairedRatio } from "./lib/stats.ts";
import { startWireProxy, type WireProxy } from "./lib/wire-proxy.ts";
import { makeKey, ours, peer, type Contestant } from "./submit/contestants.ts";

const RTTS = [0, 10, 20, 40];
const ONE_BY_ONE = 15;
const AT_ONCE = { requests: 1_500, connections: 64 };
const ROUNDS = 9;
const SLOPE = { target: 1, tolerance: 0.02 };
const LEAST_RATIO = 1.2;
const OVERLOAD = { perMinute: 500, times: 10, tolerance: 0.02, mostMiB: 64 };

/** For each injected round trip what it really was, how long a request took, and what was waited for. */
type Cells = readonly { readonly rtt: number; readonly ms: number; readonly turnarounds: number }[];
interface Rate {
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

const server = await startBenchServer();
const dir = await mkdtemp(join(tmpdir(), "bench-submit-"));
const closing: (() => Promise<unknown>)[] = [];

async function openProxy(): Promise<WireProxy> {
  const proxy = await startWireProxy(server.port);
  closing.push(() => proxy.close());
  return proxy;
}

async function submit({ name, target }: Contestant, count: number, connections: number) {
  const answered = await load(target, count, connections);
  const refused = answered.filter(({ status }) => status !== 202);
  if (refused.length > 0) throw new Error(`${name} answered ${refused[0]!.status}`);
  return answered;
}

async function measureSlope(contestant: Contestant): Promise<Cells> {
  const { proxy } = contestant;
  const cells: { rtt: number; ms: number; turnarounds: number }[] = [];
  for (const rtt of RTTS) {
    proxy.setDelay(rtt / 2);
    // What is read every few seconds only, as who works here, is read by the first.
    await submit(contestant, 1, 1);
    proxy.takeCounts();
    const answered = await submit(contestant, ONE_BY_ONE, 1);
    const turnarounds = proxy.takeCounts().turnarounds / ONE_BY_ONE;
    cells.push({ rtt: await proxy.measureRtt(), ms: median(answered.map(({ ms }) => ms)), turnarounds });
  }
  proxy.setDelay(0);
  return cells;
}

async function measureRate(contestant: Contestant): Promise<Rate> {
  const [began, cpu] = [performance.now(), cpuSeconds(contestant.pid)];
  await submit(contestant, AT_ONCE.requests, AT_ONCE.connections);
  const seconds = (performance.now() - began) / 1000;
  return {
    perSecond: AT_ONCE.requests / seconds,
    perCpuSecond: AT_ONCE.requests / (cpuSeconds(contestant.pid) - cpu),
  };
}

const slopeOf = (rounds: readonly Cells[]): number =>
  fitLine(
    RTTS.map((_, i) => [median(rounds.map((r) => r[i]!.rtt)), median(rounds.map((r) => r[i]!.ms))] as const),
  ).slope;

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
  for (const start of [(place: Parameters<typeof ours>[0]) => ours(place, seaweed), peer]) {
    const contestant = await start({ dir, proxy: await openProxy(), redisUrl: server.url });
    closing.push(() => contestant.stop());
    contestants.push(contestant);
  }
  const own = contestants[0]!;
  for (const contestant of contestants) await submit(contestant, 2_000, AT_ONCE.connections);

  const slopes = await inRounds(contestants, ROUNDS, measureSlope);
  const rates = await inRounds(contestants, ROUNDS, measureRate);
  const over = await overload(own);

  const rows = contestants.map(({ name }) => {
    const cells = valuesOf(slopes, name);
    const found = valuesOf(rates, name);
    return {
      name,
      slope: bootstrap(cells, slopeOf),
      turnarounds: median(cells.flat().map(({ turnarounds }) => turnarounds)),
      perSecond: median(found.map(({ perSecond }) => perSecond)),
      perCpuSecond: median(found.map(({ perCpuSecond }) => perCpuSecond)),
    };
  });
  printTable(
    `A run of ${Buffer.byteLength(own.target.body)} bytes submitted, with key, limits and idempotency; ${ROUNDS} rounds`,
    ["", "slope on RTT", "turnarounds", `req/s, ${AT_ONCE.connections} at once`, "req per CPU second"],
    rows.map((row) => [
      row.name,
      toText(row.slope, 3),
      row.turnarounds.toFixed(2),
      row.perSecond.toFixed(0),
      row.perCpuSecond.toFixed(0),
    ]),
  );
  const [a, b] = contestants.map(({ name }) => valuesOf(rates, name));
  const ratios = {
    "req/s to the peer's": pairedRatio(
      a!.map((r) => r.perSecond),
      b!.map((r) => r.perSecond),
    ),
    "req per CPU second to the peer's": pairedRatio(
      a!.map((r) => r.perCpuSecond),
      b!.map((r) => r.perCpuSecond),
    ),
  };
  const { slope } = rows[0]!;
  const { perMinute, tolerance, mostMiB } = OVERLOAD;
  const targets: Record<string, Verdict & object> = {
    slope: {
      ...slope,
      target: `${SLOPE.target} +- ${SLOPE.tolerance}`,
      met: Math.abs(slope.median - SLOPE.target) <= SLOPE.tolerance,
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
  saveResults("submit", { rttsMs: RTTS, rows, ratios, over, targets });
} finally {
  for (const close of closing.toReversed()) await close();
  await server.stop();
  await rm(dir, { recursive: true, force: true });
}
