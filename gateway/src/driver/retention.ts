/** Removes runs whose retention is over, beside the timer loop: a slow store must not keep other timers waiting. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { AppError } from "../errors/app-error.ts";
import type { Redis } from "../redis/client.ts";
import { shardOfRun } from "../run-id.ts";
import type { Logger } from "../telemetry/logger.ts";

export interface RetentionDeps {
  redis: Redis;
  keys: Keys;
  /** Removes a run; repeatable. */
  remove(run: string): Promise<void>;
  logger: Pick<Logger, "debug" | "warn">;
}

export interface Retention {
  /** Takes a run whose timer is due. Does nothing when it is being removed, or when too many are: the timer comes back. */
  due(run: string): void;
  /** Resolves when nothing is being removed any more. */
  idle(): Promise<void>;
}

const AT_ONCE = 4;

export function createRetention({ redis, keys, remove, logger }: RetentionDeps): Retention {
  const running = new Map<string, Promise<void>>();

  async function effect(run: string): Promise<void> {
    try {
      await remove(run);
    } catch (error) {
      if (!(error instanceof AppError)) logger.warn("run not removed", { run_id: run, error });
      else if (error.code !== "run-not-found")
        logger.debug("run not removed yet", { run_id: run, code: error.code });
      else await redis.zrem(keys.timers(shardOfRun(run)), `retention|${run}|`).catch(() => {});
    }
  }

  return {
    due(run) {
      if (running.has(run) || running.size >= AT_ONCE) return;
      running.set(
        run,
        effect(run).finally(() => running.delete(run)),
      );
    },
    async idle() {
      await Promise.all(running.values());
    },
  };
}
