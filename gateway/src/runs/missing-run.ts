/** What is said of a run that is not there: to its owner for a while that it was kept for its time, to others nothing. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { AppError } from "../errors/app-error.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { ownerOf } from "../owner.ts";
import type { Redis } from "../redis/client.ts";
import { shardOfRun } from "../run-id.ts";
import { runNotFound } from "./ids.ts";

/** @returns `run-gone`, or `run-not-found` */
export async function missingRun(
  { redis, keys }: { redis: Redis; keys: Keys },
  run: string,
  asking: string,
): Promise<AppError> {
  const owner = await fromRedis(redis.get(keys.runGone(shardOfRun(run), run)));
  if (owner === null || ownerOf(owner) !== asking) return runNotFound(run);
  return new AppError(
    "run-gone",
    `${run} was deleted by itself, some time after its end, with all that it made.`,
  );
}
