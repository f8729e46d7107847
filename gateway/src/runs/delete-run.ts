/** Removes an ended run: its bytes first, so that nothing is left that nobody knows of. */
import { objectKeys, type Keys } from "@myspinbot/contracts/keys.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import type { ObjectStore } from "../artifacts/object-store.ts";
import { withinMs, type Clock } from "../clock.ts";
import { AppError } from "../errors/app-error.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { isTerminal } from "../events/event-log.ts";
import type { Redis } from "../redis/client.ts";
import { runStep } from "../redis/scripts.ts";
import { shardOfRun } from "../run-id.ts";
import { runNotFound } from "./ids.ts";

export interface RunStores {
  redis: Redis;
  keys: Keys;
  store: ObjectStore;
  clock: Clock;
}

/** How long the store may take to delete a run's bytes before it counts as away; another call goes on from there. */
const LONGEST_MS = 30_000;

/** @throws AppError `run-not-found`, `run-not-finished` also while a task of it may still upload. */
export async function deleteRun({ redis, keys, store, clock }: RunStores, run: string): Promise<void> {
  const shard = shardOfRun(run);
  const [status, tasks] = await fromRedis(
    Promise.all([redis.hget(keys.run(shard, run), "status"), redis.hvals(keys.runTasks(shard, run))]),
  );
  if (status === null) throw runNotFound(run);
  if (!isTerminal(status))
    throw new AppError("run-not-finished", `${run} is ${status}; only ended runs can be deleted.`);
  if (tasks.some((task) => task.endsWith("|open"))) throw stillEnding(run);
  await withinMs(clock, LONGEST_MS, (late) => store.deletePrefix(objectKeys.runFolder(run), late));
  const answer = await fromRedis(runStep(redis, steps.purge(keys, { shard, run })));
  if (answer === -1) throw stillEnding(run);
}

function stillEnding(run: string): AppError {
  return new AppError("run-not-finished", `A task of ${run} is still ending; try again in a few seconds.`, {
    headers: { "Retry-After": "5" },
  });
}
