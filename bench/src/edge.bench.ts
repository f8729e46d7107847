/**
 * A box behind an edge: what carrying costs beside plain TCP through the same proxy, how soon a task begins, how busy
 * the GPU is kept, and what goes over the wire when there is nothing to do. And the Worker beside the gateway on Node.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSeaweed } from "@myspinbot/services/seaweed.ts";
import { startStandIn } from "@myspinbot/stand-in/stand-in.ts";
import { asProxy, busyShare, idleTraffic } from "./edge/far-box.ts";
import { measureHop } from "./edge/hop.ts";
import { tableOf, waysThrough } from "./edge/ways-through.ts";
import { workerBesideNode, type WorkerFigures } from "./edge/worker-beside-node.ts";
import { startBenchServer } from "./lib/redis-server.ts";
import { atMost, printTable, saveResults, toText, verdictText } from "./lib/report.ts";
import { slopeThrough } from "./lib/slope.ts";
import type { Ratio } from "./lib/stats.ts";
import { ours } from "./pull/contestants.ts";

/** Of submits to the Worker and to Node. */
const SUBMITS = 60;
const BEGINS = { rounds: 4, times: 5 };
const QUEUED = 200;
const SLOTS = [1, 2, 16];
const IDLE_S = 60;
const TARGETS = { slope: 0.5, hop: 1, tolerance: 0.05, busy: 0.98, idle: 100_000 };
const WORKER = { submit: 1.8, cpuMs: 10, startCpuMs: 400, bundleKiB: 500, turnarounds: 8 };

const server = await startBenchServer();
const dir = await mkdtemp(join(tmpdir(), "bench-edge-"));
const target = { host: "127.0.0.1", port: server.port };
const edge = await startStandIn({
  dir: join(dir, "edge"),
  routes: {
    carried: { kind: "carried", target },
    tls: { kind: "tls", target },
    plain: { kind: "plain", target },
  },
});
process.env.SSL_CERT_FILE = edge.certificate;
const s3 = await startSeaweed({ dir: join(dir, "s3") });
try {
  const worker = await workerBesideNode({ dir, s3, rounds: SUBMITS });
  const carrying = await waysThrough(edge);
  const slope = await measureBegins();
  const hop = await measureHop({ server, dir, edge }, s3, 1);
  edge.manners.delayMs = 40;
  const busy = new Map<number, number>();
  for (const slots of SLOTS)
    busy.set(slots, await busyShare({ server, dir, edge, pool: `busy-${slots}`, slots }, QUEUED));
  edge.manners.delayMs = 0;
  const idle = await idleTraffic({ server, dir, edge, pool: "idle", slots: 1 }, IDLE_S);

  const { headings, lines } = tableOf(carrying);
  printTable("Carrier beside plain TCP through the same proxy, rates", headings, lines);
  const rows = [
    slopeRow("submit to handler", slope, TARGETS.slope),
    slopeRow("from a node of a box with one place over the gateway to the next node there", hop, TARGETS.hop),
    ...[...busy].map(([slots, share]) => [
      `GPU busy, ${QUEUED} queued tasks of 50 ms at 80 ms, slots ${slots}`,
      share.toFixed(3),
      `>= ${TARGETS.busy}`,
      share >= TARGETS.busy,
    ]),
    ["bytes per hour of an idle box", idle.toFixed(0), `<= ${TARGETS.idle}`, idle <= TARGETS.idle],
  ] as const;
  printTable(
    "A box behind the edge",
    ["", "value", "target"],
    rows.map(([name, value, goal, met]) => [
      String(name),
      String(value),
      verdictText({ target: String(goal), met: Boolean(met) }),
    ]),
  );
  printTable("The Worker, beside the gateway on Node", ["", "worker", "node", "target"], workerRows(worker));
  saveResults("edge", { carrying, slope, hop, busy: Object.fromEntries(busy), idle, worker });
} finally {
  await s3.stop();
  await edge.stop();
  await server.stop();
  await rm(dir, { recursive: true, force: true });
}

function slopeRow(name: string, slope: Ratio, goal: number) {
  const met = [slope.low, slope.high].every((end) => Math.abs(end - goal) <= TARGETS.tolerance);
  return [
    `${name}, slope on the round trip`,
    toText(slope, 3),
    `${goal} +- ${TARGETS.tolerance}`,
    met,
  ] as const;
}

function workerRows(figures: WorkerFigures): string[][] {
  const { submit, cpuMs, startCpuMs, bundleKiB, turnarounds, slope } = figures;
  const most = (value: number, limit: number) => verdictText({ target: `<= ${limit}`, met: value <= limit });
  const row = (name: string, { worker, node }: WorkerFigures["cpuMs"], limit: number) => [
    ...[name, worker.toFixed(1), node.toFixed(1), most(worker, limit)],
  ];
  return [
    ["submit, of Node's time", toText(submit), "1", verdictText(atMost(submit, WORKER.submit))],
    row("CPU of a submit with its first drive, ms", cpuMs, WORKER.cpuMs),
    row("CPU of a start, ms", startCpuMs, WORKER.startCpuMs),
    ["bundle, KiB packed", bundleKiB.toFixed(0), "", most(bundleKiB, WORKER.bundleKiB)],
    ["turnarounds of a run of one node", `${turnarounds}`, "", most(turnarounds, WORKER.turnarounds)],
    ["the same as slope on the round trip", toText(slope), "", ""],
  ];
}

async function measureBegins(): Promise<Ratio> {
  const way = asProxy(edge);
  const box = await ours({ server, dir, proxy: way });
  await box.measure(2, 100);
  const slope = await slopeThrough(way, BEGINS, async (rtt) => (await box.measure(1, 100 + 3 * rtt))[0]!);
  await box.stop();
  return slope;
}
