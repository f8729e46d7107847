/** Asks a run to end. Whether it does is decided here, once: a run that is canceling ends in no other way. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import { AppError } from "../errors/app-error.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { newId } from "../ids.ts";
import type { Redis } from "../redis/client.ts";
import { runStep } from "../redis/scripts.ts";
import { shardOfRun } from "../run-id.ts";
import { runNotFound } from "./ids.ts";

export interface CancelDeps {
  redis: Redis;
  keys: Keys;
}

/**
 * Resolves when the run is canceling, or was canceled before.
 * @throws AppError `run-not-found`, `run-finished` when it has ended in another way.
 */
export async function cancelRun({ redis, keys }: CancelDeps, run: string): Promise<void> {
  const shard = shardOfRun(run);
  const step = steps.cancel(keys, { shard, run, deliveryIds: newId("dlv", shard) });
  const [answer, status] = await fromRedis(runStep(redis, step));
  if (answer === "missing") throw runNotFound(run);
  if (answer === "ended" && status !== "canceled")
    throw new AppError("run-finished", `${run} has ended as ${status}; there is nothing left to cancel.`);
}
