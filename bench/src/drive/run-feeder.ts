/** Does by hand what surrounds a driver: submits runs, brings it their mail, plays the executors of both planes. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { Graph, NodeResult, Task } from "@myspinbot/contracts/types.ts";
import { OWNERS, POOLS } from "@myspinbot/contracts/wire.ts";
import type { Redis } from "ioredis";
import { sourceStream, type Entry } from "../../../gateway/src/driver/collect.ts";
import { poolOf } from "../../../gateway/src/run-engine/graph-model.ts";
import { newId } from "../../../gateway/src/ids.ts";
import { toRecord } from "../../../gateway/src/redis/flat.ts";
import { runScript } from "../../../gateway/src/redis/scripts.ts";

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
  submit(graph: Graph): Promise<string>;
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

  async function settle(task: Task): Promise<number> {
    const items = task.nodes.flatMap((node) => {
      const result: NodeResult = {
        node_id: node.id,
        attempt: node.attempt,
        status: "succeeded",
        outputs: { v: node.id },
      };
      return ["result", node.id, "", JSON.stringify(result)];
    });
    const { pool, task_id } = task;
    const taskKeys = [
      keys.poolTasks(SHARD, pool),
      keys.poolTask(SHARD, pool, task_id),
      keys.poolReports(SHARD, pool),
    ];
    await runScript(redis, "settle", taskKeys, ["bench", task_id, "settled", '"done"', 1, ...items]);
    return task.nodes.length;
  }

  async function openStreams(): Promise<void> {
    for (const source of SOURCES) {
      await runScript(redis, "ensure_group", [sourceStream(keys, SHARD, source)], ["drivers"]);
    }
  }

  return {
    async reset() {
      await redis.flushall();
      await openStreams();
    },
    openStreams,
    async submit(graph) {
      const run = newId("run", SHARD);
      const rows = graph.nodes.flatMap((node) => [
        node.id,
        JSON.stringify({
          type: node.type,
          plane: node.plane,
          pool: poolOf(node),
          status: "pending",
          attempt: 0,
        }),
      ]);
      const digest = `digest-${graph.name}`;
      const record = ["owner", OWNERS.default, "graph", graph.name, "digest", digest];
      const runKeys = [
        keys.run(SHARD, run),
        keys.runData(SHARD, run),
        keys.runEvents(SHARD, run),
        keys.runNodes(SHARD, run),
        keys.mail(SHARD),
        keys.timers(SHARD),
        keys.runs(SHARD),
        keys.runsByStatus(SHARD, "queued"),
        keys.graph(SHARD, digest),
        keys.idempotency(SHARD, "none"),
        keys.graphRuns(SHARD),
        keys.ownerRuns(SHARD, "all", OWNERS.default),
        keys.ownerRuns(SHARD, "queued", OWNERS.default),
      ];
      await runScript(redis, "submit", runKeys, [
        ...[run, "", 1000, JSON.stringify(graph), DAY_MS, DAY_MS, "{}", keys.channels.run(SHARD, run)],
        ...[record.length / 2, 1, rows.length / 2, keys.fileRuns(SHARD, "")],
        ...[...record, "input", "{}", ...rows],
      ]);
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
