/** The executor's calls to Redis: what each script takes and answers, in one place; steps.py is its twin. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps, type ReportItem } from "@myspinbot/contracts/steps.ts";
import type { Priority } from "@myspinbot/contracts/types.ts";
import { EXECUTOR, GROUPS } from "@myspinbot/contracts/wire.ts";
import type { Redis } from "../redis/client.ts";
import { runStep } from "../redis/scripts.ts";
import { taskStream, taskStreams } from "../redis/task-stream.ts";

/** Items with the number of the first one; numbers run 1, 2, 3 ... within a task. */
export interface Batch {
  first: number;
  items: readonly ReportItem[];
}

export type Outcome = "settled" | "released" | "declined" | "mismatch" | "canceled";

/** The last word about a task. */
export interface Ending extends Batch {
  outcome: Outcome;
  /** One sentence for people; empty for `settled`. */
  reason: string;
}

/** An entry of a task stream. */
export interface Entry {
  id: string;
  /** Of which of the pool's streams. */
  level: Priority;
  task: string;
  body: string;
}

export interface Renewal {
  /** In the order of the tasks that were renewed. */
  states: ("ok" | "cancel" | "closed")[];
  /** Pending entries of this consumer beside those that were renewed. */
  unknown: Entry[];
}

/** What operators want of an executor. */
export interface Orders {
  /** It shall take no more tasks. */
  drain: boolean;
  /** The latest order to ask its engines; 0 = there was none. */
  probe: number;
  /** In how many shards gateways work; 0 = none has said it. */
  shards: number;
}

/** What is answered to who says no more than that it is here; unknown = it has to announce itself. */
export type Sign = Orders | "unknown";

export interface Steps {
  renew(shard: string, tasks: readonly string[]): Promise<Renewal>;
  report(shard: string, task: string, batch: Batch): Promise<"ok" | "cancel" | "closed">;
  settle(shard: string, task: string, ending: Ending): Promise<"ok" | "closed">;
  /** Removes an entry that no task stands behind. */
  discard(shard: string, entry: Pick<Entry, "id" | "level">): Promise<void>;
  /** @returns what operators want of this executor */
  announce(shard: string, announcement: string, status: "online" | "draining" | "offline"): Promise<Orders>;
  /** Says that this executor is here as it was announced. */
  alive(shard: string): Promise<Sign>;
  /** Deletes this consumer; false while something is pending for it. */
  leave(shard: string): Promise<boolean>;
}

export interface StepsOptions {
  redis: Redis;
  keys: Keys;
  pool: string;
  /** Name of the consumer and of the row in the registry. */
  executorId: string;
  /** Called when a last word was sent: behind it there is mail. */
  onSettle?: (() => void) | undefined;
}

export function createSteps({ redis, keys, pool, executorId: consumer, onSettle }: StepsOptions): Steps {
  const group = GROUPS.executors;

  return {
    async renew(shard, tasks) {
      const [states, unknown] = await runStep(redis, steps.renew(keys, { shard, pool, consumer, tasks }));
      return { states, unknown: unknown.map(toEntry) };
    },

    report: (shard, task, batch) =>
      runStep(redis, steps.report(keys, { shard, pool, consumer, task, ...batch })),

    settle(shard, task, ending) {
      const reason = JSON.stringify(ending.reason.slice(0, EXECUTOR.reason_characters).toWellFormed());
      return runStep(redis, steps.settle(keys, { shard, pool, consumer, task, ...ending, reason }), onSettle);
    },

    async discard(shard, { id, level }) {
      const stream = taskStream(keys, shard, pool, level);
      await redis.xack(stream, group, id);
      await redis.xdel(stream, id);
    },

    async announce(shard, announcement, status) {
      const step = steps.announce(keys, { shard, pool, executor: consumer, announcement, status });
      const [, order, probe, every] = await runStep(redis, step);
      return { drain: order === "drain", probe: Number(probe), shards: Number(every) };
    },

    async alive(shard) {
      const step = steps.alive(keys, { shard, pool, executor: consumer });
      const [order, probe, every] = await runStep(redis, step);
      if (order === "unknown") return order;
      return { drain: order === "drain", probe: Number(probe), shards: Number(every) };
    },

    async leave(shard) {
      const left = taskStreams(keys, shard, pool).map((stream) =>
        runStep(redis, steps.leave(keys, { stream, group, consumer, idleMs: 0 })),
      );
      return (await Promise.all(left)).every((answer) => answer === 1);
    },
  };
}

/** A row as scripts answer it. */
export function toEntry([id, task, body, level]: [string, string, string, string, ...string[]]): Entry {
  return { id, task, body, level: level as Priority };
}
