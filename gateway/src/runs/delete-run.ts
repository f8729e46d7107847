/** Removes an ended run: its bytes first, so that nothing is left that nobody knows of. */
import { steps } from "@myspinbot/contracts/steps.ts";
import { AppError } from "../errors/app-error.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { runStep } from "../redis/scripts.ts";
import { shardOfRun } from "../run-id.ts";
import { runNotFound } from "./ids.ts";
import { removeBytes, takenFrom, type RunStores } from "./run-bytes.ts";

/**
 * What forks have taken over stays theirs.
 * @param goneMs how long its artifacts are remembered as gone; 0 where its owner wants nothing to be left
 * @throws AppError `run-not-found`, `run-not-finished` also while a task of it may still upload.
 */
export async function deleteRun(stores: RunStores, run: string, goneMs = 0): Promise<void> {
  const { redis, keys } = stores;
  const shard = shardOfRun(run);
  const [word, status] = await fromRedis(
    runStep(redis, steps.retireRun(keys, { shard, run, removing: "1" })),
  );
  if (word === "missing") throw runNotFound(run);
  if (word === "live")
    throw new AppError("run-not-finished", `${run} is ${status}; only ended runs can be deleted.`);
  if (word === "tasks") throw stillEnding(run);
  const [makers, origin] = await fromRedis(redis.hmget(keys.run(shard, run), "makers", "forked_from"));
  const left = await removeBytes(stores, run);
  for (const maker of makers?.split(" ") ?? []) left.push(...(await takenFrom(stores, maker)));
  const heirs = left.flatMap(({ artifact, by }) => (by === run ? [] : [`${artifact} ${by}`]));
  const step = steps.purge(keys, { shard, run, goneMs, heirs, origin: origin ?? "none" });
  const answer = await fromRedis(runStep(redis, step));
  if (answer === -1) throw stillEnding(run);
}

function stillEnding(run: string): AppError {
  return new AppError("run-not-finished", `A task of ${run} is still ending; try again in a few seconds.`, {
    headers: { "Retry-After": "5" },
  });
}
