/** Decides what becomes of an entry that Redis hands out: begun, refused, released, repeated or removed. */
import { ID_PATTERN } from "@myspinbot/contracts/wire.ts";
import { withLogFields, type Logger } from "../telemetry/logger.ts";
import { createBackoff } from "./backoff.ts";
import type { HeldTasks } from "./held-tasks.ts";
import { settleTask } from "./settle.ts";
import type { Ending, Entry, Outcome } from "./steps.ts";
import type { TaskMemory } from "./task-memory.ts";
import { planTask, type PlanOptions } from "./task-plan.ts";
import { createTaskRunner, type TaskRunner, type TaskRunnerDeps } from "./task-runner.ts";

export interface IntakeDeps extends Omit<TaskRunnerDeps, "settle">, Omit<PlanOptions, "shard"> {
  held: HeldTasks;
  memory: TaskMemory;
  /** Told of every task that is held from now on, and whether it has just been read. */
  onHeld(shard: string, fresh: boolean): void;
}

/**
 * `read`: came with a read of new entries, so its lease is fresh. `recovered`: was given to a connection that has
 * died, so it begins only after a renewal was answered.
 */
export type EntrySource = "read" | "recovered";

export interface Intake {
  accept(shard: string, entry: Entry, source: EntrySource): void;
  /** From now on everything that comes is released. */
  close(): void;
}

type Settle = (ending: Ending) => Promise<"ok" | "closed" | null>;

const ID = new RegExp(ID_PATTERN);

export function createIntake(deps: IntakeDeps): Intake {
  const { held, memory, steps, logger, onHeld } = deps;
  let open = true;

  const discard = (shard: string, entry: Entry, why: string) => {
    logger.warn("task entry removed", { entry: entry.id, why });
    steps
      .discard(shard, entry.id)
      .catch((error: unknown) => logger.warn("task entry not removed", { error }));
  };

  const settler = (shard: string, task: string, gaveUp: AbortSignal): Settle => {
    return (ending) => {
      memory.end(task, ending);
      return settleTask({ steps, shard, task, ending, backoff: createBackoff(deps.random), logger, gaveUp });
    };
  };

  const hold = (
    shard: string,
    entry: Entry,
    source: EntrySource,
    toRunner: (settle: Settle) => TaskRunner,
  ) => {
    const gaveUp = new AbortController();
    const runner = toRunner(settler(shard, entry.task, gaveUp.signal));
    let begun = false;
    const begin = () => {
      if (begun) return;
      begun = true;
      const over = withLogFields({ task_id: entry.task }, () => runner.run());
      over
        .catch((error: unknown) => logger.error("task runner failed", { error }))
        .finally(() => held.remove(entry.task));
    };
    const stop: TaskRunner["stop"] = (reason) => {
      if (reason === "closed" || reason === "stale") gaveUp.abort();
      runner.stop(reason);
      begin();
    };
    held.add({ id: entry.task, shard, confirm: begin, stop });
    onHeld(shard, source === "read");
    if (source === "read") begin();
  };

  /** Ends a task that is not begun here. */
  const refuse = (shard: string, entry: Entry, outcome: Outcome, reason: string) => {
    logger.warn("task refused", { task_id: entry.task, outcome, reason });
    const ending: Ending = { outcome, reason, first: 1, items: [] };
    const toRunner = (settle: Settle): TaskRunner => ({
      async run() {
        const answer = await settle(ending);
        if (answer === "closed" && outcome === "mismatch")
          discard(shard, entry, "no open task stands behind it");
      },
      stop() {},
    });
    hold(shard, entry, "read", toRunner);
  };

  /** A task is taken once; what comes again was ended already, or waits here, or is a copy under another entry. */
  const acceptAgain = (shard: string, entry: Entry) => {
    if (memory.entryOf(entry.task) !== entry.id)
      return discard(shard, entry, "its task came with another entry");
    const ending = memory.endingOf(entry.task);
    if (!ending || held.get(entry.task)) return;
    steps
      .settle(shard, entry.task, ending)
      .catch((error: unknown) => logger.warn("settle not answered", { error }));
  };

  return {
    close() {
      open = false;
    },
    accept(shard, entry, source) {
      if (!ID.test(entry.task)) return discard(shard, entry, "it names no task");
      if (memory.entryOf(entry.task) !== undefined) return acceptAgain(shard, entry);
      const full = held.free() === 0;
      memory.take(entry.task, entry.id);
      const plan = planTask(entry, { ...deps, shard });
      if ("unfit" in plan) return refuse(shard, entry, "mismatch", plan.unfit);
      if (!open) return refuse(shard, entry, "released", "the executor is stopping");
      if (full) return refuse(shard, entry, "released", "the executor has no free place");
      hold(shard, entry, source, (settle) =>
        createTaskRunner(plan, { ...deps, settle: async (ending) => void (await settle(ending)) }),
      );
      logger.info("task begun", { task_id: entry.task, run_id: plan.task.run_id });
    },
  };
}
