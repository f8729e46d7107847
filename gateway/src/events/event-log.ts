/** Reads a run's log, and where it ends. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { TERMINAL_RUN_STATUSES } from "@myspinbot/contracts/wire.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";
import { shardOfRun } from "../run-id.ts";
import { fromEntry, type Event } from "./event.ts";

const TERMINAL: ReadonlySet<string> = new Set(TERMINAL_RUN_STATUSES);

/** Where a log ends; `ended` when nothing will follow. */
export interface LogEnd {
  seq: number;
  ended: boolean;
}

export interface EventLog {
  /** Events after `seq`, oldest first. A jump in their numbers is a part that was trimmed. */
  read(run: string, after: number, limit: number): Promise<Event[]>;
  /** Undefined when there is no such run. */
  end(run: string): Promise<LogEnd | undefined>;
}

export function createEventLog(redis: Redis, keys: Keys): EventLog {
  return {
    async read(run, after, limit) {
      const entries = await fromRedis(
        redis.xrange(keys.runEvents(shardOfRun(run), run), `(${after}-0`, "+", "COUNT", limit),
      );
      return entries.map((entry) => fromEntry(run, entry));
    },
    async end(run) {
      const [status, seq] = await fromRedis(redis.hmget(keys.run(shardOfRun(run), run), "status", "seq"));
      return status ? { seq: Number(seq ?? 0), ended: isTerminal(status) } : undefined;
    },
  };
}

export function isTerminal(status: string): boolean {
  return TERMINAL.has(status);
}
