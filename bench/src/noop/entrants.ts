/** The executors that are compared: each with its processes and its own queue on the one server. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createKeys } from "@myspinbot/contracts/keys.ts";
import type { BenchServer } from "../lib/redis-server.ts";
import { pinWorker } from "../lib/redis-server.ts";
import { gpuNodeEnv, startHelper, startPython, type PythonProcess } from "../python/processes.ts";
import type { Meter, Round } from "./meter.ts";
import { countOpen, hasExecutor, issueTasks, openPool } from "./task-issuer.ts";

export interface Entrant {
  readonly name: string;
  /** Fills the queue while the processes stand still, lets them go, and answers what was measured. */
  round(): Promise<Round & { readonly server_s: number }>;
  stop(): Promise<void>;
}

const KEYS = createKeys("bench");

export interface Place {
  readonly server: BenchServer;
  readonly meter: Meter;
  readonly dir: string;
  readonly tasks: number;
}

/** Tasks of ours for a process that stands still, and what it takes to do them. */
async function letGo({ server, meter, tasks }: Place, python: PythonProcess, pool: string) {
  python.service.signal("SIGSTOP");
  await issueTasks(server.redis, KEYS, pool, tasks);
  await meter.begin(python.service.pid, python.ledger.path);
  const before = await server.cpuSeconds();
  python.service.signal("SIGCONT");
  const round = await meter.wait(tasks);
  const server_s = (await server.cpuSeconds()) - before;
  while ((await countOpen(server.redis, KEYS, pool)) > 0) await sleep(5);
  return { ...round, server_s };
}

/** `args`: a script of ours, or the gpu-node itself. */
export async function ours(
  place: Place,
  name: string,
  pool: string,
  args: readonly string[],
): Promise<Entrant> {
  const { server, dir } = place;
  await openPool(server.redis, KEYS, pool);
  const python = await startPython({
    ...{ name: pool, dir, args, isReady: () => hasExecutor(server.redis, KEYS, pool) },
    env: gpuNodeEnv(dir, server.url, pool),
    ledgerKind: "marks",
  });
  return {
    name,
    async round() {
      await openPool(server.redis, KEYS, pool);
      return letGo(place, python, pool);
    },
    stop: () => python.service.stop(),
  };
}

/** Nothing but Redis and the call, on the same task entries as ours. */
export async function floor(place: Place, name: string, mode: "batch" | "script"): Promise<Entrant> {
  const { server, dir } = place;
  const pool = `floor-${mode}`;
  await openPool(server.redis, KEYS, pool);
  const python = await startPython({
    ...{ name: pool, dir, args: ["floor.py", mode], isReady: async () => true },
    env: { PEER_URL: server.url, FLOOR_STREAM: KEYS.poolTasks("s0", pool) },
    ledgerKind: "marks",
  });
  return { name, round: () => letGo(place, python, pool), stop: () => python.service.stop() };
}

/** A process of its own per round: it starts on a queue that is full. */
export async function peer(place: Place, name: string): Promise<Entrant> {
  const { server, meter, dir, tasks } = place;
  const env = { PEER_URL: server.url };
  const producer = await startHelper(["peers.py", name, "produce"], env);
  return {
    name,
    async round() {
      await producer.ask(`${tasks} 0`);
      const before = await server.cpuSeconds();
      const args = ["peers.py", name, "work"];
      const isReady = async (): Promise<boolean> => true;
      const python = await startPython({ name, dir, args, env, isReady, ledgerKind: "marks" });
      // It still imports; if it were quicker than this, the round would wait for calls in vain.
      await meter.begin(python.service.pid, python.ledger.path);
      const round = await meter.wait(tasks);
      const server_s = (await server.cpuSeconds()) - before;
      // Until it has told the results of its last tasks.
      await sleep(300);
      await python.service.stop();
      return { ...round, server_s };
    },
    stop: async () => producer.stop(),
  };
}

/** LangGraph.py without a queue. */
export async function langGraph(place: Place, name: string, mode: "node" | "task"): Promise<Entrant> {
  const { meter, dir, tasks } = place;
  const ledger = join(dir, `langgraph-${mode}.marks`);
  const helper = await startHelper(["langgraph_alone.py", mode], { BENCH_LEDGER: ledger });
  const pid = helper.child.pid as number;
  pinWorker(pid);
  return {
    name,
    async round() {
      await meter.begin(pid, ledger);
      const [round] = await Promise.all([meter.wait(tasks), helper.ask(String(tasks))]);
      return { ...round, server_s: 0 };
    },
    stop: async () => helper.stop(),
  };
}
