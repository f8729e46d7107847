/** Lets an executor ask its engines anew, and waits for what it announces then. */
import { steps } from "@myspinbot/contracts/steps.ts";
import type { Executor, ExecutorProbe } from "@myspinbot/contracts/types.ts";
import type { Clock } from "../clock.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { runStep } from "../redis/scripts.ts";
import type { DrainDeps } from "./drain-executor.ts";
import { awaitExecutor, findExecutor, type ExecutorWait } from "./find-executor.ts";

export interface ProbeDeps extends DrainDeps {
  clock: Clock;
}

/** @throws AppError `executor-not-found`, also when it leaves while somebody waits */
export async function orderProbe(
  deps: ProbeDeps,
  id: string,
  patience: Pick<ExecutorWait, "seconds" | "signal">,
): Promise<ExecutorProbe> {
  const { pool } = await findExecutor(deps.registry, id);
  const order = await tell(deps, id, pool);
  const hasLooked = ({ probe_order_ms = 0 }: Executor): boolean => probe_order_ms >= order;
  const executor = await awaitExecutor({ ...deps, ...patience }, id, hasLooked);
  return { done: hasLooked(executor), executor };
}

/**
 * One order in all shards, so that it is obeyed once.
 * @returns its time; 0 where no shard knows the executor: it is part of this gateway, and has what it was built with
 */
async function tell({ redis, keys, shards }: ProbeDeps, executor: string, pool: string): Promise<number> {
  let order = "";
  for (const shard of shards) {
    const step = steps.orderProbe(keys, { shard, pool, executor, order });
    order = (await fromRedis(runStep(redis, step))) || order;
  }
  return Number(order);
}
