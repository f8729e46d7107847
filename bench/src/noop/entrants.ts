/** The executors that are compared: each a process of its own, with its own queue on the one server. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createKeys } from "@myspinbot/contracts/keys.ts";
import type { BenchServer } from "../lib/redis-server.ts";
import { pinWorker } from "../lib/redis-server.ts";
import { LedgerFile } from "../python/ledger-file.ts";
import {
  gpuNodeEnv,
  startHelper,
  startPython,
  type Helper,
  type PythonProcess,
} from "../python/processes.ts";
import { countOpen, hasExecutor, issueTasks, openPool } from "./task-issuer.ts";

/** One round as the process itself has measured it. */
export interface Round {
  readonly tasks: number;
  readonly wall_s: number;
  readonly cpu_s: number;
}

export interface Entrant {
  readonly name: string;
  /** Fills the queue while the process stands still, lets it go, and answers what it measured. */
  round(): Promise<Round & { readonly server_s: number }>;
  stop(): Promise<void>;
}

const KEYS = createKeys("bench");
const ROUND_MS = 60_000;

async function letGo(server: BenchServer, python: PythonProcess, fill: () => Promise<unknown>) {
  python.service.signal("SIGSTOP");
  await fill();
  const before = await server.cpuSeconds();
  python.service.signal("SIGCONT");
  const round = await python.ledger.next<Round>(ROUND_MS);
  return { ...round, server_s: (await server.cpuSeconds()) - before };
}

export interface Place {
  readonly server: BenchServer;
  readonly dir: string;
  readonly tasks: number;
}

/** `args`: a script of ours, or the gpu-node itself. */
export async function ours(
  place: Place,
  name: string,
  pool: string,
  args: readonly string[],
): Promise<Entrant> {
  const { server, dir, tasks } = place;
  await openPool(server.redis, KEYS, pool);
  const python = await startPython({
    ...{ name: pool, dir, args, isReady: () => hasExecutor(server.redis, KEYS, pool) },
    env: { ...gpuNodeEnv(dir, server.url, pool), BENCH_TASKS: String(tasks) },
  });
  return {
    name,
    async round() {
      await openPool(server.redis, KEYS, pool);
      const round = await letGo(server, python, () => issueTasks(server.redis, KEYS, pool, tasks));
      while ((await countOpen(server.redis, KEYS, pool)) > 0) await sleep(5);
      return round;
    },
    stop: () => python.service.stop(),
  };
}

/** Nothing but Redis and the call, on the same task entries as ours. */
export async function floor(place: Place, name: string, mode: "batch" | "script"): Promise<Entrant> {
  const { server, dir, tasks } = place;
  const pool = `floor-${mode}`;
  await openPool(server.redis, KEYS, pool);
  const python = await startPython({
    ...{ name: pool, dir, args: ["floor.py", mode], isReady: async () => true },
    env: { PEER_URL: server.url, FLOOR_STREAM: KEYS.poolTasks("s0", pool), BENCH_TASKS: String(tasks) },
  });
  return {
    name,
    async round() {
      const round = await letGo(server, python, () => issueTasks(server.redis, KEYS, pool, tasks));
      while ((await countOpen(server.redis, KEYS, pool)) > 0) await sleep(5);
      return round;
    },
    stop: () => python.service.stop(),
  };
}

/** A process of its own per round: it starts on a queue that is full. */
export async function peer(place: Place, name: string): Promise<Entrant> {
  const { server, dir, tasks } = place;
  const env = { PEER_URL: server.url, BENCH_TASKS: String(tasks) };
  const producer = await startHelper(["peers.py", name, "produce"], env);
  const ledger = new LedgerFile(join(dir, `${name}.ledger`));
  return {
    name,
    async round() {
      await producer.ask(`${tasks} 0`);
      const before = await server.cpuSeconds();
      const args = ["peers.py", name, "work"];
      const { service } = await startPython({ name, dir, args, env, isReady: async () => true });
      const round = await ledger.next<Round>(ROUND_MS);
      const server_s = (await server.cpuSeconds()) - before;
      // Until it has told the results of its last tasks.
      await sleep(300);
      await service.stop();
      return { ...round, server_s };
    },
    stop: async () => producer.stop(),
  };
}

/** LangGraph.py without a queue. */
export async function langGraph(place: Place, name: string, mode: "node" | "task"): Promise<Entrant> {
  const ledger = new LedgerFile(`${place.dir}/langgraph-${mode}.ledger`);
  const helper: Helper = await startHelper(["langgraph_alone.py", mode], {
    BENCH_LEDGER: ledger.path,
    BENCH_TASKS: String(place.tasks),
  });
  pinWorker(helper.child.pid as number);
  return {
    name,
    async round() {
      await helper.ask(String(place.tasks));
      return { ...(await ledger.next<Round>(ROUND_MS)), server_s: 0 };
    },
    stop: async () => helper.stop(),
  };
}
