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
import { Redis } from "ioredis";
import { load, type Target } from "../lib/http-load.ts";
import { cpuSeconds } from "../lib/memory.ts";
import { pinWorker, type BenchServer } from "../lib/redis-server.ts";
import { inRounds, valuesOf } from "../lib/rounds.ts";
import { fitLine, median, pairedRatio, type Ratio } from "../lib/stats.ts";
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
  /** Slope of a run of one node, from its request to its end, on the round trip to Redis. */
  readonly turnarounds: number;
}

interface Place {
  readonly server: BenchServer;
  readonly dir: string;
  readonly s3: S3Access;
  readonly rounds: number;
}

interface Contestant {
  readonly name: string;
  /** Its Redis: nobody drives the other's runs. */
  readonly redisUrl: string;
  start(): Promise<{ pid: number; port: number; stop(): Promise<void> }>;
}

const SUBMITS = 50;
const STARTS = 5;
const RTTS = [0, 20, 40];
const RUNS = 6;
const WAITING = createKeys("msb").runsByStatus("s0", "waiting");
const QUIET = { GATEWAY_LOG_LEVEL: "error" };

export async function workerBesideNode(place: Place): Promise<WorkerFigures> {
  const { server, dir, s3 } = place;
  const bundle = await bundleEdge(join(dir, "bundle"));
  const [worker, node] = [`${server.url}/1`, `${server.url}/2`];
  const contestants: Contestant[] = [
    {
      ...{ name: "worker", redisUrl: worker },
      async start() {
        const edge = await startEdge({ dir: join(dir, "worker"), bundle, redisUrl: worker, s3, env: QUIET });
        return { pid: edge.service.pid, port: edge.port, stop: () => edge.stop() };
      },
    },
    {
      ...{ name: "node", redisUrl: node },
      async start() {
        const env = { ...QUIET, GATEWAY_ROLES: "http,driver" };
        const gateway = await startGateway({ dir: join(dir, "node"), redisUrl: node, s3, env });
        return { pid: gateway.service.pid, port: gateway.port, stop: () => gateway.stop() };
      },
    },
  ];
  const starts = await inRounds(contestants, STARTS, startCpuMs);
  return {
    bundleKiB: gzipSync(readFileSync(bundle.file), { level: 9 }).length / 1024,
    ...(await measureSubmits(contestants, place.rounds)),
    startCpuMs: { worker: median(valuesOf(starts, "worker")), node: median(valuesOf(starts, "node")) },
    turnarounds: await measureTurnarounds(place),
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
    contestants.map(async ({ name, redisUrl, start }) => {
      const { pid, port, stop } = await start();
      pinWorker(pid);
      const target = submitTarget(port, [`Bearer ${makeKey(redisUrl, LIMITS)}`]);
      return { ...{ name, pid, target, stop }, redis: new Redis(redisUrl, { protocol: 2 }) };
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
    const cpuOf = (name: string) => median(of(name).map(({ cpuMs }) => cpuMs));
    const msOf = (name: string) => of(name).map(({ ms }) => ms);
    return {
      submit: pairedRatio(msOf("worker"), msOf("node")),
      cpuMs: { worker: cpuOf("worker"), node: cpuOf("node") },
    };
  } finally {
    for (const { redis, stop } of running) {
      redis.disconnect();
      await stop();
    }
  }
}

/** A Worker alone, with a node type that it runs by itself. */
async function measureTurnarounds({ server, dir, s3 }: Place): Promise<number> {
  const bundle: EdgeBundle = await bundleEdge(join(dir, "bundle-with-node"), "gateway/test/edge-main.ts");
  const proxy = await startWireProxy(server.port);
  const redisUrl = `${proxy.url}/3`;
  const edge = await startEdge({ dir: join(dir, "far-worker"), bundle, redisUrl, s3, env: QUIET });
  try {
    const headers = { Authorization: `Bearer ${makeKey(`${server.url}/3`, LIMITS)}`, Prefer: "wait=20" };
    const nodes = [{ id: "a", type: "node_work", plane: "node" }];
    const body = JSON.stringify({ graph: { name: "one", nodes, output: { text: "$a.text" } } });
    const target: Target = { port: edge.port, path: "/v1/runs", headers: () => headers, body };
    const points: [number, number][] = [];
    for (const rtt of RTTS) {
      proxy.setDelay(rtt / 2);
      await load(target, 2, 1);
      const answered = await load(target, RUNS, 1);
      if (answered.some(({ status }) => status !== 200)) throw new Error("a run did not end in time");
      points.push([await proxy.measureRtt(), median(answered.map(({ ms }) => ms))]);
    }
    return fitLine(points).slope;
  } finally {
    await edge.stop();
    await proxy.close();
  }
}
