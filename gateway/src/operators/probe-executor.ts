/** Lets an executor ask its engines anew, and waits for what it announces then. */
import { steps } from "@myspinbot/contracts/steps.ts";
import type { ExecutorProbe } from "@myspinbot/contracts/types.ts";
import type { Clock } from "../clock.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { runStep } from "../redis/scripts.ts";
import type { DrainDeps } from "./drain-executor.ts";
import { findExecutor } from "./find-executor.ts";

export interface ProbeDeps extends DrainDeps {
  clock: Clock;
}

/** How often the registry is asked while somebody waits. */
const LOOK_MS = 250;

/** @throws AppError `executor-not-found`, also when it leaves while somebody waits */
export async function orderProbe(
  deps: ProbeDeps,
  id: string,
  { seconds, signal }: { seconds: number; signal: AbortSignal },
): Promise<ExecutorProbe> {
  const { registry, clock } = deps;
  const { pool } = await findExecutor(registry, id);
  const order = await tell(deps, id, pool);
  const until = clock.now() + seconds * 1000;
  for (;;) {
    registry.forget();
    const executor = await findExecutor(registry, id);
    const done = (executor.probe_order_ms ?? 0) >= order;
    const left = until - clock.now();
    if (done || left <= 0 || signal.aborted) return { done, executor };
    await clock.sleep(Math.min(left, LOOK_MS), signal);
  }
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
