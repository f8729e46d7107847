/** The Worker beside the same gateway on Node: what a submit takes and costs, a start, and how far away Redis may be. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { createKeys } from "@myspinbot/contracts/keys.ts";
import { bundleEdge, type EdgeBundle } from "@myspinbot/services/edge-bundle.ts";
import { startEdge } from "@myspinbot/services/edge.ts";
import { startGateway } from "@myspinbot/services/gateway.ts";
import type { S3Access } from "@myspinbot/services/seaweed.ts";
import { load, type Target } from "../lib/http-load.ts";
import { cpuSeconds } from "../lib/memory.ts";
import { pinWorker, startBenchServer, type BenchServer } from "../lib/redis-server.ts";
import { inRounds, valuesOf } from "../lib/rounds.ts";
import { slopeThrough } from "../lib/slope.ts";
import { mean, median, pairedRatio, type Ratio } from "../lib/stats.ts";
import { startWireProxy } from "../lib/wire-proxy.ts";
import { LIMITS, makeKey, submitTarget } from "../submit/contestants.ts";

export interface WorkerFigures {
  /** Of the bundle, packed. */
  readonly bundleKiB: number;
  /** Time of a submit beside Node's. */
  readonly submit: Ratio;
  /** CPU of a submit and the first drive behind it, in ms. */
  readonly cpuMs: { readonly worker: number; readonly node: number };
  /** From the start of the process to its first answer. */
  readonly startCpuMs: { readonly worker: number; readonly node: number };
  /** For how many answers of Redis a run of one node waits from its request to its end, one behind another: the least. */
  readonly turnarounds: number;
  /** Its slope on the round trip to Redis, which the machine makes larger. */
  readonly slope: Ratio;
}

interface Place {
  readonly dir: string;
  readonly s3: S3Access;
  readonly rounds: number;
}

interface Contestant {
  readonly name: string;
  readonly server: BenchServer;
  start(): Promise<{ pid: number; port: number; stop(): Promise<void> }>;
}

/** Short turns, so that what else the machine does meets both. */
const SUBMITS = 20;
const STARTS = 5;
const RUNS = { rounds: 4, times: 6, rtts: [10, 20, 40] };
const WAITING = createKeys("msb").runsByStatus("s0", "waiting");
const QUIET = { GATEWAY_LOG_LEVEL: "error" };

/** A Redis for each, as they have: nobody drives the other's runs, and none has to choose a database first. */
export async function workerBesideNode(place: Place): Promise<WorkerFigures> {
  const servers = await Promise.all([startBenchServer(), startBenchServer(), startBenchServer()]);
  try {
    return await measure(place, servers);
  } finally {
    for (const server of servers) await server.stop();
  }
}

async function measure(place: Place, servers: readonly BenchServer[]): Promise<WorkerFigures> {
  const { dir, s3 } = place;
  const bundle = await bundleEdge(join(dir, "bundle"));
  const [worker, node, far] = servers as [BenchServer, BenchServer, BenchServer];
  const contestants: Contestant[] = [
    {
      ...{ name: "worker", server: worker },
      async start() {
        const edge = await startEdge({
          dir: join(dir, "worker"),
          bundle,
          redisUrl: worker.url,
          s3,
          env: QUIET,
        });
        return { pid: edge.service.pid, port: edge.port, stop: () => edge.stop() };
      },
    },
    {
      ...{ name: "node", server: node },
      async start() {
        const env = { ...QUIET, GATEWAY_ROLES: "http,driver" };
        const gateway = await startGateway({ dir: join(dir, "node"), redisUrl: node.url, s3, env });
        return { pid: gateway.service.pid, port: gateway.port, stop: () => gateway.stop() };
      },
    },
  ];
  const starts = await inRounds(contestants, STARTS, startCpuMs);
  return {
    bundleKiB: gzipSync(readFileSync(bundle.file), { level: 9 }).length / 1024,
    ...(await measureSubmits(contestants, place.rounds)),
    startCpuMs: { worker: median(valuesOf(starts, "worker")), node: median(valuesOf(starts, "node")) },
    ...(await measureTurnarounds(place, far)),
  };
}

async function startCpuMs({ start }: Contestant): Promise<number> {
  const { pid, stop } = await start();
  const ms = cpuSeconds(pid) * 1000;
  await stop();
  return ms;
}

/** One after the other; each has what it needs to know when the rounds begin. */
async function measureSubmits(contestants: readonly Contestant[], rounds: number) {
  const running = await Promise.all(
    contestants.map(async ({ name, server: { url, redis }, start }) => {
      const { pid, port, stop } = await start();
      pinWorker(pid);
      const target = submitTarget(port, [`Bearer ${makeKey(url, LIMITS)}`]);
      return { name, pid, target, stop, redis };
    }),
  );
  type Running = (typeof running)[number];
  const submit = async ({ pid, target, redis }: Running): Promise<{ ms: number; cpuMs: number }> => {
    const [before, cpu] = [await redis.zcard(WAITING), cpuSeconds(pid)];
    const answered = await load(target, SUBMITS, 1);
    const refused = answered.find(({ status }) => status !== 202);
    if (refused) throw new Error(`a submit was answered ${refused.status}`);
    // The drive behind the answer is part of what it costs.
    while ((await redis.zcard(WAITING)) < before + SUBMITS) await sleep(20);
    return { ms: median(answered.map(({ ms }) => ms)), cpuMs: ((cpuSeconds(pid) - cpu) * 1000) / SUBMITS };
  };
  try {
    for (const each of running) for (let i = 0; i < 4; i += 1) await submit(each);
    const found = await inRounds(running, rounds, submit);
    const of = (name: string) => valuesOf(found, name);
    // Of all: the system counts in hundredths of a second.
    const cpuOf = (name: string) => mean(of(name).map(({ cpuMs }) => cpuMs));
    const msOf = (name: string) => of(name).map(({ ms }) => ms);
    return {
      submit: pairedRatio(msOf("worker"), msOf("node")),
      cpuMs: { worker: cpuOf("worker"), node: cpuOf("node") },
    };
  } finally {
    for (const { stop } of running) await stop();
  }
}

/** A Worker alone, with a node type that it runs by itself. */
async function measureTurnarounds(
  { dir, s3 }: Place,
  server: BenchServer,
): Promise<Pick<WorkerFigures, "turnarounds" | "slope">> {
  const bundle: EdgeBundle = await bundleEdge(join(dir, "bundle-with-node"), "gateway/test/edge-main.ts");
  const proxy = await startWireProxy(server.port);
  const edge = await startEdge({ dir: join(dir, "far-worker"), bundle, redisUrl: proxy.url, s3, env: QUIET });
  try {
    const headers = { Authorization: `Bearer ${makeKey(server.url, LIMITS)}`, Prefer: "wait=20" };
    const nodes = [{ id: "a", type: "node_work", plane: "node" }];
    const body = JSON.stringify({ graph: { name: "one", nodes, output: { text: "$a.text" } } });
    const target: Target = { port: edge.port, path: "/v1/runs", headers: () => headers, body };
    let turnarounds = Infinity;
    const run = async (): Promise<number> => {
      proxy.takeCounts();
      const [answered] = await load(target, 1, 1);
      turnarounds = Math.min(turnarounds, proxy.takeCounts().chain);
      if (answered?.status !== 200) throw new Error("a run did not end in time");
      return answered.ms;
    };
    const slope = await slopeThrough(proxy, RUNS, run);
    return { turnarounds, slope };
  } finally {
    await edge.stop();
    await proxy.close();
  }
}
