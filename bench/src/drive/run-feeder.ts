/** Does by hand what surrounds a driver: submits runs, brings it their mail, plays the executors of both planes. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps, type ReportItem } from "@myspinbot/contracts/steps.ts";
import type { Graph, NodeResult, Task } from "@myspinbot/contracts/types.ts";
import { GROUPS, OWNERS, POOLS } from "@myspinbot/contracts/wire.ts";
import type { Redis } from "ioredis";
import { sourceStream, type Entry } from "../../../gateway/src/driver/collect.ts";
import { flatten } from "../../../gateway/src/graphs/flatten.ts";
import { firstRow } from "../../../gateway/src/graphs/node-place.ts";
import { newId } from "../../../gateway/src/ids.ts";
import { toRecord } from "../../../gateway/src/redis/flat.ts";
import { runStep } from "../../../gateway/src/redis/scripts.ts";

const SHARD = "s0";
const POOL_NAMES = [POOLS.node_plane, POOLS.default];
const SOURCES = ["mail", ...POOL_NAMES];
const BATCH = 10_000;
const DAY_MS = 86_400_000;

type StreamRows = [stream: string, rows: [id: string, flat: string[]][]][] | null;

export interface RunFeeder {
  /** Empties the server, so that what earlier batches left behind weighs on nobody. */
  reset(): Promise<void>;
  /** Makes the streams and groups that a driver reads. */
  openStreams(): Promise<void>;
  submit(graph: Graph, input?: Record<string, unknown>): Promise<string>;
  /** All mail and reports that lie ready, given to the group's only consumer. */
  readMail(): Promise<Entry[]>;
  /** Takes and settles all tasks that lie ready; every node succeeds. Answers how many nodes there were. */
  finishTasks(): Promise<number>;
}

/** `redis` is the benchmark's own connection: nothing of this is measured. */
export function createRunFeeder(redis: Redis, keys: Keys): RunFeeder {
  async function read(
    group: string,
    streams: readonly string[],
  ): Promise<[stream: string, id: string, flat: string[]][]> {
    const marks = streams.map(() => ">");
    const answer = (await redis
      .call("XREADGROUP", "GROUP", group, "bench", "COUNT", BATCH, "STREAMS", ...streams, ...marks)
      .catch((error: Error) => {
        // The executors' group is made by the first commit.
        if (error.message.includes("NOGROUP")) return null;
        throw error;
      })) as StreamRows;
    return (answer ?? []).flatMap(([stream, rows]) =>
      rows.map(([id, flat]) => [stream, id, flat] as [string, string, string[]]),
    );
  }

  async function settle({ pool, task_id: task, nodes }: Task): Promise<number> {
    const items = nodes.map(({ id, attempt }): ReportItem => {
      const result: NodeResult = { node_id: id, attempt, status: "succeeded", outputs: { v: id } };
      return { kind: "result", node: id, type: "", body: JSON.stringify(result) };
    });
    const last = { outcome: "settled", reason: '"done"', first: 1, items };
    await runStep(redis, steps.settle(keys, { shard: SHARD, pool, task, consumer: "bench", ...last }));
    return nodes.length;
  }

  async function openStreams(): Promise<void> {
    for (const source of SOURCES) {
      const stream = sourceStream(keys, SHARD, source);
      await runStep(redis, steps.ensureGroup(keys, { stream, group: GROUPS.drivers }));
    }
  }

  return {
    async reset() {
      await redis.flushall();
      await openStreams();
    },
    openStreams,
    async submit(graph, input = {}) {
      const run = newId("run", SHARD);
      const digest = `digest-${graph.name}`;
      const step = steps.submit(keys, {
        shard: SHARD,
        run,
        digest,
        owner: OWNERS.default,
        graph: JSON.stringify(graph),
        hash: "none",
        request: "",
        idempotencyMs: 1000,
        startDeadlineMs: DAY_MS,
        runDeadlineMs: DAY_MS,
        startsKey: keys.keyStarts(SHARD, "none"),
        liveKey: keys.limit(SHARD, "none"),
        bytesKey: keys.keyBytes(SHARD, "none"),
        perMinute: 0,
        mostLive: 0,
        mostBytes: 0,
        event: "{}",
        deliveryIds: newId("dlv", SHARD),
        record: { owner: OWNERS.default, graph: graph.name, digest },
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
    async readMail() {
      const streams = SOURCES.map((source) => sourceStream(keys, SHARD, source));
      const rows = await read("drivers", streams);
      return rows.map(([stream, id, flat]) => ({
        shard: SHARD,
        source: SOURCES[streams.indexOf(stream)] as string,
        id,
        fields: toRecord(flat),
      }));
    },
    async finishTasks() {
      let nodes = 0;
      for (const pool of POOL_NAMES) {
        const rows = await read("executors", [keys.poolTasks(SHARD, pool)]);
        const tasks = rows.map(([, , flat]) => JSON.parse(toRecord(flat)["body"] as string) as Task);
        for (const count of await Promise.all(tasks.map(settle))) nodes += count;
      }
      return nodes;
    },
  };
}
