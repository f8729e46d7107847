/**
 * From the dispatch of a task to the start of its handler (target P3), with a growing round trip between the executor
 * and Redis: the slope says how many round trips it takes, whatever the machine.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBenchServer } from "./lib/redis-server.ts";
import { printTable, saveResults, toText, verdictText } from "./lib/report.ts";
import { inRounds, valuesOf } from "./lib/rounds.ts";
import { bootstrap, fitLine, median, quantile } from "./lib/stats.ts";
import { startWireProxy, type WireProxy } from "./lib/wire-proxy.ts";
import { ours, peer, type Puller } from "./pull/contestants.ts";

const RTTS = [0, 20, 40, 80];
const ROUNDS = 9;
const TASKS = 2;
const PEERS = ["saq", "taskiq-redis", "streaq"];
const SLOPE = 0.5;
const TOLERANCE = 0.05;

/** For each injected round trip what it really was, and the waits; all in ms. */
type Round = readonly { readonly rtt: number; readonly waits: readonly number[] }[];

const server = await startBenchServer();
const dir = await mkdtemp(join(tmpdir(), "bench-pull-"));
const proxies: WireProxy[] = [];
const pullers: Puller[] = [];

async function openProxy(): Promise<WireProxy> {
  const proxy = await startWireProxy(server.port);
  proxies.push(proxy);
  return proxy;
}

async function measure(puller: Puller): Promise<Round> {
  const cells: { rtt: number; waits: number[] }[] = [];
  for (const rtt of RTTS) {
    puller.setDelay(rtt / 2);
    // Time to tell the result and to ask for the next task.
    const pauseMs = 100 + 3 * rtt;
    // The first task may meet a read that was sent before the change.
    await puller.measure(1, pauseMs);
    cells.push({ rtt: await puller.measureRtt(), waits: await puller.measure(TASKS, pauseMs) });
  }
  puller.setDelay(0);
  return cells;
}

function waitsAt(rounds: readonly Round[], i: number): number[] {
  return rounds.flatMap((round) => round[i]?.waits ?? []);
}

/** The line through the medians per round trip of all rounds together. */
function fitRounds(rounds: readonly Round[]): { slope: number; intercept: number } {
  const rttAt = (i: number): number => median(rounds.map((round) => round[i]?.rtt ?? Number.NaN));
  return fitLine(RTTS.map((_, i) => [rttAt(i), median(waitsAt(rounds, i))] as const));
}

try {
  pullers.push(await ours({ server, dir, proxy: await openProxy() }));
  for (const name of PEERS) pullers.push(await peer({ server, dir, proxy: await openProxy() }, name));
  for (const puller of pullers) await puller.measure(2, 100);
  const samples = await inRounds(pullers, ROUNDS, measure);

  const rows = pullers.map(({ name }) => {
    const rounds = valuesOf(samples, name);
    const at = RTTS.map((_, i) => waitsAt(rounds, i));
    return {
      name,
      slope: bootstrap(rounds, (drawn) => fitRounds(drawn).slope),
      interceptMs: fitRounds(rounds).intercept,
      p50: at.map(median),
      p99: at.map((waits) => quantile(waits, 0.99)),
    };
  });
  printTable(
    `Dispatch to handler start, ms, ${ROUNDS * TASKS} tasks each (p50; slope [95 %])`,
    ["", "slope on RTT", "at 0", ...RTTS.map((rtt) => `RTT ${rtt}`)],
    rows.map((row) => [
      row.name,
      toText(row.slope, 3),
      row.interceptMs.toFixed(1),
      ...row.p50.map((ms) => ms.toFixed(1)),
    ]),
  );
  console.log("");
  const [own, ...others] = rows as [(typeof rows)[number], ...typeof rows];
  const atForty = (row: typeof own): number => row.p50[RTTS.indexOf(40)] as number;
  const saq = others.find(({ name }) => name === "saq") as typeof own;
  const best = others.toSorted((a, b) => atForty(a) - atForty(b))[0] as typeof own;
  const { slope } = own;
  const targets = {
    slope: {
      ...slope,
      target: `${SLOPE} +- ${TOLERANCE}`,
      met: slope.low >= SLOPE - TOLERANCE && slope.high <= SLOPE + TOLERANCE,
    },
    "p50 at 40 ms / SAQ": {
      value: atForty(own) / atForty(saq),
      target: "<= 0.25",
      met: atForty(own) <= 0.25 * atForty(saq),
    },
    [`p50 at 40 ms / best peer (${best.name})`]: {
      value: atForty(own) / atForty(best),
      target: "<= 1",
      met: atForty(own) <= atForty(best),
    },
  };
  for (const [name, verdict] of Object.entries(targets)) {
    const value = "value" in verdict && verdict.value !== undefined ? ` = ${verdict.value.toFixed(2)}` : "";
    console.log(`${name}${value}, ${verdictText(verdict)}`);
  }
  saveResults("pull", { rttsMs: RTTS, rows, targets });
} finally {
  for (const puller of pullers) await puller.stop();
  for (const proxy of proxies) await proxy.close();
  await server.stop();
  await rm(dir, { recursive: true, force: true });
}
