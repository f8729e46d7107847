/** Lets an executor take no more tasks, or take them again, in all shards. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import type { Executor } from "@myspinbot/contracts/types.ts";
import type { Registry } from "../capabilities/registry.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";
import { runStep } from "../redis/scripts.ts";
import { awaitExecutor, findExecutor, type ExecutorWait } from "./find-executor.ts";

/** An executor that drains says so itself, and hears within a round trip or two that it need not any more. */
const HEARS_S = 5;

export interface DrainDeps {
  redis: Redis;
  keys: Keys;
  shards: readonly string[];
  registry: Registry;
}

/**
 * @returns its row then; one that shall take tasks again has a moment to say that it does
 * @throws AppError `executor-not-found`
 */
export async function orderDrain(
  deps: DrainDeps & Pick<ExecutorWait, "clock" | "signal">,
  id: string,
  order: "drain" | "none",
): Promise<Executor> {
  const { redis, keys, shards, registry } = deps;
  const { pool } = await findExecutor(registry, id);
  const told = shards.map((shard) => {
    return runStep(redis, steps.orderDrain(keys, { shard, pool, executor: id, order }));
  });
  await fromRedis(Promise.all(told));
  const seconds = order === "none" ? HEARS_S : 0;
  return awaitExecutor({ ...deps, seconds }, id, ({ status }) => status !== "draining");
}
