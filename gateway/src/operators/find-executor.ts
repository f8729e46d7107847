/** The row of an executor that is there, for what operators want of it. */
import type { Executor } from "@myspinbot/contracts/types.ts";
import type { Registry } from "../capabilities/registry.ts";
import type { Clock } from "../clock.ts";
import { AppError } from "../errors/app-error.ts";

/** How often the registry is asked while somebody waits. */
const LOOK_MS = 250;

export interface ExecutorWait {
  registry: Registry;
  clock: Clock;
  seconds: number;
  signal: AbortSignal;
}

/** @throws AppError `executor-not-found` */
export async function findExecutor(registry: Registry, id: string): Promise<Executor> {
  const row = (await registry.executors()).find(
    (each) => each.executor_id === id && each.status !== "offline",
  );
  if (row === undefined) throw new AppError("executor-not-found", `There is no executor ${id.slice(0, 64)}.`);
  return row;
}

/**
 * Waits until an executor has said what somebody waits for.
 * @returns its row then, or when time is over
 * @throws AppError `executor-not-found`, also when it leaves meanwhile
 */
export async function awaitExecutor(
  { registry, clock, seconds, signal }: ExecutorWait,
  id: string,
  hasSaid: (executor: Executor) => boolean,
): Promise<Executor> {
  const until = clock.now() + seconds * 1000;
  for (;;) {
    registry.forget();
    const executor = await findExecutor(registry, id);
    const left = until - clock.now();
    if (hasSaid(executor) || left <= 0 || signal.aborted) return executor;
    await clock.sleep(Math.min(left, LOOK_MS), signal);
  }
}
