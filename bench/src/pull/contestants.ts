/** Who is measured: an executor that reaches Redis through a proxy, and somebody beside Redis who gives it a task. */
import { setTimeout as sleep } from "node:timers/promises";
import { createKeys } from "@myspinbot/contracts/keys.ts";
import { SCRIPTS } from "@myspinbot/contracts/scripts.ts";
import type { Graph } from "@myspinbot/contracts/types.ts";
import type { Redis } from "ioredis";
import { createCommandClient } from "../../../gateway/src/redis/client.ts";
import { createBenchDriver } from "../drive/contestants.ts";
import { createRunFeeder } from "../drive/run-feeder.ts";
import type { BenchServer } from "../lib/redis-server.ts";
import type { WireProxy } from "../lib/wire-proxy.ts";
import { hasExecutor } from "../noop/task-issuer.ts";
import { gpuNodeEnv, startHelper, startPython, type PythonProcess } from "../python/processes.ts";

export interface Puller {
  readonly name: string;
  /** Gives so many tasks with a pause after each, so that nothing is under way when one comes; answers ms from the moment each was sent to its handler's start. */
  measure(tasks: number, pauseMs: number): Promise<number[]>;
  /** Sets the delay of one direction between this executor and Redis. */
  setDelay(oneWayMs: number): void;
  measureRtt(): Promise<number>;
  stop(): Promise<void>;
}

interface Place {
  readonly server: BenchServer;
  readonly dir: string;
  /** What stands between the executor and Redis. */
  readonly proxy: Pick<WireProxy, "url" | "setDelay" | "measureRtt">;
}

interface Heard {
  readonly text: string;
  readonly ns: number;
}

const HEARD_MS = 10_000;
const KEYS = createKeys("bench");
const POOL = "default";
const GRAPH: Graph = {
  name: "pull",
  nodes: [{ id: "n0", type: "python_noop", plane: "python", inputs: { text: "x" } }],
  output: {},
};

/** Notes when a commit leaves for the server: the script that adds the task. Both clocks are CLOCK_MONOTONIC. */
function watchCommits(redis: Redis, onSent: (ns: bigint) => void): Redis {
  const sha1 = SCRIPTS.commit.sha1;
  const evalsha = redis.evalsha.bind(redis) as (...args: unknown[]) => unknown;
  const watched = (...args: unknown[]): unknown => {
    if (args[0] === sha1) onSent(process.hrtime.bigint());
    return evalsha(...args);
  };
  return Object.assign(redis, { evalsha: watched });
}

/** A real gpu-node, and our driver on the server's side. */
export async function ours({ server, dir, proxy }: Place): Promise<Puller> {
  let sentNs = 0n;
  const redis = watchCommits(createCommandClient(server.url), (ns) => (sentNs = ns));
  const driver = createBenchDriver(redis, KEYS);
  const feeder = createRunFeeder(server.redis, KEYS);
  await feeder.openStreams();
  const python = await startPython({
    ...{
      name: "gpu-node",
      dir,
      args: ["-m", "gpu_node"],
      isReady: () => hasExecutor(server.redis, KEYS, POOL),
    },
    env: { ...gpuNodeEnv(dir, proxy.url, POOL), GPU_NODE_LOG_LEVEL: "warn" },
  });

  /** Takes the mail of the moment; the group makes sure that nothing is taken twice. */
  async function drive(): Promise<void> {
    for (const entry of await feeder.readMail()) await driver.take(entry);
  }

  return {
    name: "ours",
    async measure(tasks, pauseMs) {
      const waits: number[] = [];
      for (let i = 0; i < tasks; i += 1) {
        await feeder.submit(GRAPH);
        sentNs = 0n;
        await drive();
        const sent = Number(sentNs);
        const heard = await python.ledger.next<Heard>(HEARD_MS);
        waits.push((heard.ns - sent) / 1e6);
        await sleep(pauseMs);
        await drive();
      }
      return waits;
    },
    setDelay: (ms) => proxy.setDelay(ms),
    measureRtt: () => proxy.measureRtt(),
    async stop() {
      redis.disconnect();
      await python.service.kill();
    },
  };
}

/** Another queue, with its producer on the server's side. */
export async function peer({ server, dir, proxy }: Place, name: string): Promise<Puller> {
  const producer = await startHelper(["peers.py", name, "produce"], { PEER_URL: server.url });
  const python: PythonProcess = await startPython({
    ...{ name, dir, args: ["peers.py", name, "work"], isReady: async () => true },
    env: { PEER_URL: proxy.url },
  });
  await sleep(3000);
  return {
    name,
    async measure(tasks, pauseMs) {
      const sent = new Map(
        (await producer.ask(`${tasks} ${pauseMs / 1000}`)).map((line) => {
          const [, text, ns] = line.split(" ") as [string, string, string];
          return [text, Number(ns)];
        }),
      );
      const waits: number[] = [];
      // Some run a task twice when an answer was slow, or overtake.
      while (sent.size > 0) {
        const { text, ns } = await python.ledger.next<Heard>(HEARD_MS);
        const begun = sent.get(text);
        if (begun !== undefined) waits.push((ns - begun) / 1e6);
        sent.delete(text);
      }
      return waits;
    },
    setDelay: (ms) => proxy.setDelay(ms),
    measureRtt: () => proxy.measureRtt(),
    async stop() {
      producer.stop();
      await python.service.kill();
    },
  };
}
