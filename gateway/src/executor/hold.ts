/**
 * Holds a task from its entry to its settle: when it begins, how it is stopped, how its last word is sent; hold.py
 * is its twin.
 */
import { withLogFields } from "../telemetry/logger.ts";
import { createBackoff } from "./backoff.ts";
import type { HeldTasks } from "./held-tasks.ts";
import { settleTask } from "./settle.ts";
import type { Ending, Entry } from "./steps.ts";
import type { TaskMemory } from "./task-memory.ts";
import type { TaskRunner, TaskRunnerDeps } from "./task-runner.ts";

export interface HoldDeps extends Omit<TaskRunnerDeps, "settle" | "remember"> {
  held: HeldTasks;
  memory: TaskMemory;
  /** Told of every task that is held from now on, and whether it has just been read. */
  onHeld(shard: string, fresh: boolean): void;
}

/** Sends an ending; null when the task was given up before an answer came. */
export type Settle = (ending: Ending) => Promise<"ok" | "closed" | null>;

export interface HoldCall {
  shard: string;
  entry: Entry;
  /** Whether its lease is known to be good. Otherwise it begins after the first answered renewal. */
  fresh: boolean;
  toRunner(settle: Settle): TaskRunner;
}

export function holdTask(deps: HoldDeps, { shard, entry, fresh, toRunner }: HoldCall): void {
  const { held, memory, steps, logger, random, clock } = deps;
  const gaveUp = new AbortController();
  const runner = toRunner((ending) => {
    memory.end(entry.task, ending);
    const backoff = createBackoff(random);
    return settleTask({
      steps,
      shard,
      task: entry.task,
      ending,
      backoff,
      clock,
      logger,
      gaveUp: gaveUp.signal,
    });
  });

  let begun = false;
  const begin = () => {
    if (begun) return;
    begun = true;
    withLogFields({ task_id: entry.task }, () => runner.run())
      .catch((error: unknown) => logger.error("task runner failed", { task_id: entry.task, error }))
      .finally(() => held.remove(entry.task));
  };
  /** A task that was stopped before it began still has to say its last word. */
  const stop: TaskRunner["stop"] = (reason) => {
    if (reason === "closed" || reason === "stale") gaveUp.abort();
    runner.stop(reason);
    begin();
  };

  held.add({ id: entry.task, shard, confirm: begin, stop });
  deps.onHeld(shard, fresh);
  if (fresh) begin();
}
