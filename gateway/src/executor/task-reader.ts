/**
 * The reads of one shard's tasks, by level of priority: those that wait are taken in their turn, and where none waits a
 * read waits for all levels at once. reader.py is its twin.
 */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import type { Priority } from "@myspinbot/contracts/types.ts";
import { GROUPS, PRIORITIES } from "@myspinbot/contracts/wire.ts";
import { isMissingGroup } from "../errors/redis-faults.ts";
import type { Redis } from "../redis/client.ts";
import { runStep } from "../redis/scripts.ts";
import { taskStream } from "../redis/task-stream.ts";
import { toEntry, type Entry } from "./steps.ts";

export interface TaskReaderOptions {
  redis: Redis;
  keys: Keys;
  shard: string;
  pool: string;
  consumer: string;
}

export interface TaskReader {
  /** What waits, at most so much; nothing where no task was ever issued. */
  pull(places: number): Promise<Entry[]>;
  /**
   * What waits, and if that is nothing what comes within the time. Of each level as much as asked for may come: what finds
   * no place is given back.
   */
  read(places: number, blockMs: number): Promise<Entry[]>;
  /** The oldest entries that were given to this consumer and are not ended. */
  ownPending(count: number): Promise<Entry[]>;
}

type Row = [id: string, fields: string[] | null];
type Reply = [stream: string, rows: Row[]][] | null;

export function createTaskReader({ redis, keys, shard, pool, consumer }: TaskReaderOptions): TaskReader {
  const streamOf = (level: Priority) => taskStream(keys, shard, pool, level);
  const levelOf = new Map(PRIORITIES.map((level) => [streamOf(level), level]));
  /** Known to be empty when this was last looked at, so that waiting costs no look before it. */
  let empty: readonly Priority[] | undefined;

  const call = async (levels: readonly Priority[], from: "0" | ">", options: unknown[]): Promise<Entry[]> => {
    const streams = [...levels.map(streamOf), ...levels.map(() => from)];
    const args = ["GROUP", GROUPS.executors, consumer, ...options, "STREAMS", ...streams];
    const reply = (await redis.call("XREADGROUP", ...(args as string[]))) as Reply;
    return (reply ?? []).flatMap(([stream, rows]) => rows.map((row) => ofRow(row, levelOf.get(stream)!)));
  };

  const look = async (places: number): Promise<{ entries: Entry[]; levels: Priority[] }> => {
    const [rows, levels] = await runStep(redis, steps.pull(keys, { shard, pool, consumer, places }));
    return { entries: rows.map(toEntry), levels: levels as Priority[] };
  };

  return {
    async pull(places) {
      return (await look(places)).entries;
    },

    async read(places, blockMs) {
      if (!empty) {
        const { entries, levels } = await look(places);
        if (entries.length < places) empty = levels;
        if (entries.length > 0) return entries;
      }
      const waited = empty ?? [];
      empty = undefined;
      // Without any the server says which group is missing.
      const levels = waited.length > 0 ? waited : (["normal"] as const);
      const entries = await call(levels, ">", ["COUNT", places, "BLOCK", blockMs]);
      if (entries.length > 0 && entries.length < places) empty = waited;
      return entries;
    },

    async ownPending(count) {
      const found: Entry[] = [];
      for (const level of PRIORITIES) {
        const own = call([level], "0", ["COUNT", count]);
        found.push(...(await own.catch((error: unknown) => orNothing(error, level))));
      }
      return found;
    },
  };
}

/** A pool from before there were levels has one stream. @throws the error of any other */
function orNothing(error: unknown, level: Priority): Entry[] {
  if (level !== "normal" && isMissingGroup(error)) return [];
  throw error;
}

/** A row without fields is an entry that was deleted while it was pending. */
function ofRow([id, fields]: Row, level: Priority): Entry {
  const at = (name: string) => fields?.[fields.indexOf(name) + 1] ?? "";
  return fields?.includes("task")
    ? { id, level, task: at("task"), body: at("body") }
    : { id, level, task: "", body: "" };
}
