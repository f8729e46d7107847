/** Lets an executor take no more tasks, or take them again, in all shards. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import type { Executor } from "@myspinbot/contracts/types.ts";
import type { Registry } from "../capabilities/registry.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";
import { runStep } from "../redis/scripts.ts";
import { findExecutor } from "./find-executor.ts";

export interface DrainDeps {
  redis: Redis;
  keys: Keys;
  shards: readonly string[];
  registry: Registry;
}

/** @returns its row as it is known then. @throws AppError `executor-not-found` */
export async function orderDrain(
  { redis, keys, shards, registry }: DrainDeps,
  id: string,
  order: "drain" | "none",
): Promise<Executor> {
  const { pool } = await findExecutor(registry, id);
  const told = shards.map((shard) => {
    return runStep(redis, steps.orderDrain(keys, { shard, pool, executor: id, order }));
  });
  await fromRedis(Promise.all(told));
  registry.forget();
  return findExecutor(registry, id);
}
