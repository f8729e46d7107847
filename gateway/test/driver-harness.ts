/** A driver over a real server, with an executor that does what a test says: for tests of the run engine. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createKeys, type Keys } from "@myspinbot/contracts/keys.ts";
import { SCRIPTS } from "@myspinbot/contracts/scripts.ts";
import { steps, type ReportItem } from "@myspinbot/contracts/steps.ts";
import type { Executor, Graph, NodeResult, Task } from "@myspinbot/contracts/types.ts";
import { OWNERS } from "@myspinbot/contracts/wire.ts";
import { startValkey, type ValkeyServer } from "@myspinbot/services/valkey.ts";
import { systemClock } from "../src/clock.ts";
import { createDriver, type Driver, type Mind } from "../src/driver/driver.ts";
import { createDriverLoops, type DriverLoops } from "../src/driver/loops.ts";
import type { SweepDeps } from "../src/driver/sweeps.ts";
import { createTaskReader } from "../src/executor/task-reader.ts";
import { flatten } from "../src/graphs/flatten.ts";
import { firstRow } from "../src/graphs/node-place.ts";
import { createNodeTypes, type NodeTypes } from "../src/graphs/node-types.ts";
import { newId, newPlainId } from "../src/ids.ts";
import { createCommandClient, createReaderClient, type Redis } from "../src/redis/client.ts";
import { toRecord } from "../src/redis/flat.ts";
import { runStep } from "../src/redis/scripts.ts";
import { noMetrics, type Metrics } from "../src/telemetry/metrics.ts";

const SILENT = {
  debug() {},
  info() {},
  warn() {},
  error: (message: string, fields?: unknown) =>
    process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
};
const accept = () => true;

/** Node types without any checks, so that a test is about the engine alone. */
function looseNodeTypes(): NodeTypes {
  const type = (name: string, plane: "node" | "python") => ({
    type: name,
    plane,
    description: "Does what the test says.",
    timeout_s: 10,
    engines: ["test"],
    resources: { cpu: 0, gpu: 0, vram_gb: 0 },
    schema_digest: "0".repeat(64),
    inputs: {},
    outputs: {
      v: { type: "Text", required: true },
      file: { type: "Data", required: false },
      other: { type: "Data", required: false },
      voice: { type: "Voice", required: false },
      data: { type: "Json", required: false },
    },
  });
  const validators = { params: accept, inputs: accept, outputs: accept };
  return createNodeTypes({
    nodeTypes: [type("node_work", "node"), type("python_work", "python")] as never,
    validators: { node_work: validators, python_work: validators },
  });
}

export type Work = (
  node: Task["nodes"][number],
  task: Task,
) => Partial<NodeResult> | Promise<Partial<NodeResult>>;

export interface Harness {
  redis: Redis;
  keys: Keys;
  valkey: ValkeyServer;
  driver: Driver;
  shard: string;
  sweep: SweepDeps;
  nodeTypes: NodeTypes;
  /** What executors announce, as far as the driver knows. */
  executors: Executor[];
  startDriver(): void;
  stopDriver(): Promise<void>;
  submit(
    graph: Graph,
    input?: Record<string, unknown>,
    more?: { start?: number; run?: number; record?: Record<string, string> },
  ): Promise<string>;
  tell(run: string, body: unknown): Promise<unknown>;
  cancel(run: string): Promise<unknown>;
  /** Stands around each commit of the driver, for tests that let something happen just then. */
  aroundCommit: ((commit: () => Promise<unknown>) => Promise<unknown>) | undefined;
  /** Waits until the next task of the pool is there and takes it. */
  pull(pool: string, consumer?: string): Promise<Task>;
  settle(task: Task, results: Partial<NodeResult>[], outcome?: string, consumer?: string): Promise<unknown>;
  report(task: Task, first: number, items: ReportItem[], consumer?: string): Promise<unknown>;
  /** Runs an executor until the harness closes: every node succeeds with what `work` answers. */
  startExecutor(pool: string, work: Work): void;
  waitForEnd(run: string): Promise<Record<string, string>>;
  record(run: string): Promise<Record<string, string>>;
  rows(run: string): Promise<Record<string, Record<string, unknown>>>;
  events(run: string): Promise<{ seq: number; type: string; node: string; data: Record<string, unknown> }[]>;
  close(): Promise<void>;
}

export function result(node: Task["nodes"][number], more: Partial<NodeResult>): NodeResult {
  return { node_id: node.id, attempt: node.attempt, status: "succeeded", outputs: {}, ...more };
}

/** What an executor reports of a node's end. */
export function reportOf(end: Partial<NodeResult>): ReportItem {
  return { kind: "result", node: end.node_id!, type: "", body: JSON.stringify(end) };
}

/** What an executor reports of a node under way. */
export function note(node: string, type: string, data: object): ReportItem {
  return { kind: "note", node, type, body: JSON.stringify(data) };
}

export async function createHarness(
  prefix: string,
  options: {
    leaseMs?: number;
    lockMs?: number;
    reconcileMs?: number;
    valkeyArgs?: string[];
    shard?: string;
    nodeTypes?: NodeTypes;
    metrics?: Metrics;
    mind?: Mind;
  } = {},
): Promise<Harness> {
  const dir = await mkdtemp(join(tmpdir(), "driver-"));
  const valkey = await startValkey({ dir, args: options.valkeyArgs ?? [] });
  const redis = createCommandClient(valkey.url);
  const keys = createKeys(prefix);
  const shard = options.shard ?? "s0";
  const nodeTypes = options.nodeTypes ?? looseNodeTypes();
  const driver = createDriver({
    redis: withCommits(redis, (commit) => harness.aroundCommit?.(commit) ?? commit()),
    keys,
    nodeTypes,
    logger: SILENT,
    metrics: options.metrics ?? noMetrics,
    clock: systemClock,
    random: () => 0.5,
    lockMs: options.lockMs ?? 2000,
    retentionMs: 60_000,
    retryBackoffMs: 20,
    executors: async () => [...harness.executors],
    ...(options.mind ? { mind: options.mind } : {}),
  });
  const sweep: SweepDeps = {
    redis,
    keys,
    shard,
    shards: 1,
    pools: ["node", "default"],
    consumer: newPlainId("driver"),
    leaseMs: options.leaseMs ?? 500,
    driverLeaseMs: 300,
    reconcileMs: options.reconcileMs ?? 500,
  };
  let loops: DriverLoops | null = null;
  let closed = false;
  const executors: Promise<void>[] = [];
  const readers: Redis[] = [];

  async function pull(pool: string, consumer = "exec_test"): Promise<Task> {
    const tasks = createTaskReader({ redis, keys, shard, pool, consumer });
    for (;;) {
      if (closed) throw new Error("closed");
      const [entry] = await tasks.pull(1);
      if (entry) return JSON.parse(entry.body) as Task;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  const asExecutor = (task: Task, consumer: string) => ({
    shard,
    pool: task.pool,
    task: task.task_id,
    consumer,
  });

  function settle(
    task: Task,
    results: Partial<NodeResult>[],
    outcome = "settled",
    consumer = "exec_test",
  ): Promise<unknown> {
    const last = { outcome, reason: '"test"', first: 1, items: results.map(reportOf) };
    return runStep(redis, steps.settle(keys, { ...asExecutor(task, consumer), ...last }));
  }

  async function work(pool: string, doWork: Work): Promise<void> {
    while (!closed) {
      const task = await pull(pool);
      const results: NodeResult[] = [];
      const failed = new Set<string>();
      for (const node of task.nodes) {
        const needs = [
          ...node.after,
          ...Object.values(node.inputs).flatMap((i) => (i.from === "node" && !i.optional ? [i.node] : [])),
        ];
        if (needs.some((id) => failed.has(id))) {
          failed.add(node.id);
          continue;
        }
        const done = result(node, await doWork(node, task));
        if (done.status === "failed") failed.add(node.id);
        results.push(done);
      }
      await settle(task, results);
    }
  }

  /** Redis may be away for a while, as in real life; what was taken then is given to it again. */
  async function keepWorking(pool: string, doWork: Work): Promise<void> {
    while (!closed) {
      try {
        await work(pool, doWork);
      } catch (error) {
        if (!closed) SILENT.error("an executor of the test met", { error: String(error) });
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }

  const harness: Harness = {
    executors: [],
    aroundCommit: undefined,
    redis,
    keys,
    valkey,
    driver,
    shard,
    sweep,
    nodeTypes,
    startDriver() {
      loops = createDriverLoops({
        driver,
        sweeps: [sweep],
        createReader: (read) => createReaderClient(valkey.url, { blockMs: 1000, shard: read }),
        blockMs: 1000,
        reapMs: 50,
        clock: systemClock,
        random: () => 0.5,
        logger: SILENT,
      });
      loops.start();
    },
    async stopDriver() {
      await loops?.stop();
      loops = null;
    },
    async submit(graph, input = {}, more = {}) {
      const run = newId("run", shard);
      const digest = `digest-${graph.name}`;
      const step = steps.submit(keys, {
        shard,
        run,
        digest,
        owner: OWNERS.default,
        graph: JSON.stringify(graph),
        hash: "none",
        request: "",
        idempotencyMs: 1000,
        startDeadlineMs: more.start ?? 60_000,
        runDeadlineMs: more.run ?? 60_000,
        event: "{}",
        deliveryIds: newId("dlv", shard),
        record: { owner: OWNERS.default, graph: graph.name, digest, ...more.record },
        startsKey: keys.keyStarts(shard, "none"),
        liveKey: keys.limit(shard, "none"),
        bytesKey: keys.keyBytes(shard, "none"),
        perMinute: 0,
        mostLive: 0,
        mostBytes: 0,
        data: { input: JSON.stringify(input) },
        artifacts: {},
        source: "none",
        nodes: Object.fromEntries(
          flatten(graph).nodes.map((node) => [node.id, JSON.stringify(firstRow(node))]),
        ),
      });
      await runStep(redis, step);
      return run;
    },
    tell: (run, body) => redis.xadd(keys.mail(shard), "*", "run", run, "body", JSON.stringify(body)),
    cancel: (run) => runStep(redis, steps.cancel(keys, { shard, run, deliveryIds: newId("dlv", shard) })),
    pull,
    settle,
    report: (task, first, items, consumer = "exec_test") =>
      runStep(redis, steps.report(keys, { ...asExecutor(task, consumer), first, items })),
    startExecutor(pool, doWork) {
      executors.push(keepWorking(pool, doWork));
    },
    async waitForEnd(run) {
      const until = Date.now() + 75_000;
      for (;;) {
        const record = await redis.hgetall(keys.run(shard, run));
        if (record.completed_at) return record;
        if (Date.now() > until) {
          const nodes = await redis.hgetall(keys.runNodes(shard, run));
          throw new Error(`run did not end: ${JSON.stringify({ record, nodes })}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    record: (run) => redis.hgetall(keys.run(shard, run)),
    async rows(run) {
      const flat = await redis.hgetall(keys.runNodes(shard, run));
      const own = Object.entries(flat).filter(([field]) => !field.includes(":"));
      return Object.fromEntries(own.map(([id, text]) => [id, JSON.parse(text) as Record<string, unknown>]));
    },
    async events(run) {
      const rows = (await redis.xrange(keys.runEvents(shard, run), "-", "+")) as [string, string[]][];
      return rows.map(([id, flat]) => {
        const f = toRecord(flat);
        return {
          seq: Number(id.split("-")[0]),
          type: f.type!,
          node: f.node_id!,
          data: JSON.parse(f.data!) as Record<string, unknown>,
        };
      });
    },
    async close() {
      closed = true;
      await loops?.stop();
      for (const reader of readers) reader.disconnect();
      await Promise.allSettled(executors);
      redis.disconnect();
      await valkey.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return harness;
}

/** The connection, but that each call of the step `commit` goes through `around`. */
function withCommits(redis: Redis, around: (commit: () => Promise<unknown>) => Promise<unknown>): Redis {
  return new Proxy(redis, {
    get(target, name) {
      if (name !== "evalsha") return Reflect.get(target, name) as unknown;
      return (sha1: string, ...rest: (string | number)[]) => {
        const call = () => target.evalsha(sha1, ...(rest as [number, ...string[]]));
        return sha1 === SCRIPTS.commit.sha1 ? around(call) : call();
      };
    },
  });
}
