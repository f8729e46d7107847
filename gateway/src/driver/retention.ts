/** Removes what was kept long enough, beside the timer loop: a slow store must not keep other timers waiting. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { AppError } from "../errors/app-error.ts";
import type { Redis } from "../redis/client.ts";
import type { Logger } from "../telemetry/logger.ts";

/** Kinds of timers that mean "kept long enough". */
export type Kept = "retention" | "folder" | "upload";

export interface RetentionDeps {
  redis: Redis;
  keys: Keys;
  /** By the timer's kind, with the rest of its name; each repeatable. */
  remove: Readonly<Record<Kept, (id: string, rest: string) => Promise<unknown>>>;
  logger: Pick<Logger, "debug" | "warn">;
}

export interface Retention {
  /** Takes a timer that is due. Does nothing when it is at it, or at too many others: the timer comes back. */
  due(shard: string, timer: string): void;
  /** Resolves when nothing is being removed any more. */
  idle(): Promise<void>;
}

const AT_ONCE = 4;

export function createRetention({ redis, keys, remove, logger }: RetentionDeps): Retention {
  const running = new Map<string, Promise<void>>();

  async function effect(shard: string, timer: string): Promise<void> {
    const [kind, id, rest] = timer.split("|") as [Kept, string, string];
    try {
      await remove[kind](id, rest);
    } catch (error) {
      if (!(error instanceof AppError)) logger.warn("not removed", { timer, error });
      else if (error.code !== "run-not-found") logger.debug("not removed yet", { timer, code: error.code });
      else await redis.zrem(keys.timers(shard), timer).catch(() => {});
    }
  }

  return {
    due(shard, timer) {
      if (running.has(timer) || running.size >= AT_ONCE) return;
      running.set(
        timer,
        effect(shard, timer).finally(() => running.delete(timer)),
      );
    },
    async idle() {
      await Promise.all(running.values());
    },
  };
}
