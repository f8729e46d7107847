/** The executor's calls to Redis: what each script takes and answers, in one place. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { GROUPS } from "@myspinbot/contracts/wire.ts";
import type { Redis } from "../redis/client.ts";
import { runScript } from "../redis/scripts.ts";

/** One thing that a task says: a note about a node, or a node's result. */
export interface ReportItem {
  kind: "note" | "result";
  node: string;
  /** Type of a note, e.g. `node.started`; empty for results. */
  type: string;
  /** JSON of a Note or a NodeResult. */
  body: string;
}

/** Items with the number of the first one; numbers run 1, 2, 3 ... within a task. */
export interface Batch {
  first: number;
  items: readonly ReportItem[];
}

export type Outcome = "settled" | "released" | "mismatch" | "canceled";

/** The last word about a task. */
export interface Ending extends Batch {
  outcome: Outcome;
  /** One sentence for people; empty for `settled`. */
  reason: string;
}

/** An entry of a task stream. */
export interface Entry {
  id: string;
  task: string;
  body: string;
}

export interface Renewal {
  /** In the order of the tasks that were renewed. */
  states: ("ok" | "cancel" | "closed")[];
  /** Pending entries of this consumer beside those that were renewed. */
  unknown: Entry[];
}

export interface Steps {
  renew(shard: string, tasks: readonly string[]): Promise<Renewal>;
  report(shard: string, task: string, batch: Batch): Promise<"ok" | "cancel" | "closed">;
  settle(shard: string, task: string, ending: Ending): Promise<"ok" | "closed">;
  /** Removes an entry that no task stands behind. */
  discard(shard: string, entry: string): Promise<void>;
  announce(shard: string, announcement: string, status: "online" | "draining" | "offline"): Promise<void>;
  /** Deletes this consumer; false while something is pending for it. */
  leave(shard: string): Promise<boolean>;
}

export interface StepsOptions {
  redis: Redis;
  keys: Keys;
  pool: string;
  /** Name of the consumer and of the row in the registry. */
  executorId: string;
}

const MAX_REASON = 2000;

export function createSteps({ redis, keys, pool, executorId }: StepsOptions): Steps {
  const tasksKey = (shard: string) => keys.poolTasks(shard, pool);
  const taskKeys = (shard: string, task: string) => [
    tasksKey(shard),
    keys.poolTask(shard, pool, task),
    keys.poolReports(shard, pool),
  ];

  return {
    async renew(shard, tasks) {
      const taskKey = tasks.map((task) => keys.poolTask(shard, pool, task));
      const answer = await runScript(redis, "renew", [tasksKey(shard), ...taskKey], [executorId, ...tasks]);
      const [states, unknown] = answer as [Renewal["states"], [string, string, string][]];
      return { states, unknown: unknown.map(([id, task, body]) => ({ id, task, body })) };
    },

    async report(shard, task, { first, items }) {
      const args = [executorId, task, first, ...toArgs(items)];
      return (await runScript(redis, "report", taskKeys(shard, task), args)) as "ok" | "cancel" | "closed";
    },

    async settle(shard, task, { outcome, reason, first, items }) {
      const text = JSON.stringify(reason.slice(0, MAX_REASON).toWellFormed());
      const args = [executorId, task, outcome, text, first, ...toArgs(items)];
      return (await runScript(redis, "settle", taskKeys(shard, task), args)) as "ok" | "closed";
    },

    async discard(shard, entry) {
      await redis.xack(tasksKey(shard), GROUPS.executors, entry);
      await redis.xdel(tasksKey(shard), entry);
    },

    async announce(shard, announcement, status) {
      await runScript(
        redis,
        "announce",
        [keys.poolExecutors(shard, pool)],
        [executorId, announcement, status],
      );
    },

    async leave(shard) {
      return (await runScript(redis, "leave", [tasksKey(shard)], [GROUPS.executors, executorId, 0])) === 1;
    },
  };
}

function toArgs(items: readonly ReportItem[]): string[] {
  return items.flatMap((item) => [item.kind, item.node, item.type, item.body]);
}
