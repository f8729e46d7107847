/**
 * Decides what becomes of an entry that Redis hands out: begun, refused, released, repeated or removed; intake.py is
 * its twin.
 */
import { ID_PATTERN } from "@myspinbot/contracts/wire.ts";
import { holdTask, type HoldDeps, type Settle } from "./hold.ts";
import type { Ending, Entry, Outcome } from "./steps.ts";
import { admit, type AdmissionOptions } from "./admission.ts";
import { createTaskRunner, type TaskRunner } from "./task-runner.ts";

export interface IntakeDeps extends HoldDeps, Omit<AdmissionOptions, "shard" | "host"> {
  /** Hears of a type of which an engine is wanted that is not here. */
  onAbsent(type: string): void;
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

const NO_TASK = "no open task stands behind it";
/** Of a task whose ending is not kept any more. */
const TAKEN_BEFORE: Ending = { outcome: "released", reason: "taken before", first: 1, items: [] };

export function createIntake(deps: IntakeDeps): Intake {
  const { held, memory, steps, logger } = deps;
  let open = true;

  const discard = (shard: string, entry: Entry, why: string) => {
    logger.warn("task entry removed", { entry: entry.id, why });
    steps.discard(shard, entry).catch((error: unknown) => {
      logger.warn("task entry not removed", { entry: entry.id, error });
    });
  };

  /** Ends a task that is not begun here. */
  const refuse = (shard: string, entry: Entry, outcome: Outcome, reason: string) => {
    logger.warn("task refused", { task_id: entry.task, outcome, reason });
    const ending: Ending = { outcome, reason, first: 1, items: [] };
    const toRunner = (settle: Settle): TaskRunner => ({
      async run() {
        const answer = await settle(ending);
        if (answer === "closed") discard(shard, entry, NO_TASK);
      },
      stop() {},
    });
    holdTask(deps, { shard, entry, fresh: true, toRunner });
  };

  /** A task is taken once; what comes again was ended already, or waits here, or is a copy under another entry. */
  const acceptAgain = (shard: string, entry: Entry) => {
    if (memory.entryOf(entry.task) !== entry.id)
      return discard(shard, entry, "its task came with another entry");
    if (held.get(entry.task)) return;
    const settled = steps.settle(shard, entry.task, memory.endingOf(entry.task) ?? TAKEN_BEFORE);
    settled.then(
      (answer) => {
        if (answer === "closed") discard(shard, entry, NO_TASK);
      },
      (error: unknown) => logger.warn("settle not answered", { task_id: entry.task, error }),
    );
  };

  return {
    close() {
      open = false;
    },
    accept(shard, entry, source) {
      if (!ID_PATTERN.test(entry.task)) return discard(shard, entry, "it names no task");
      if (memory.entryOf(entry.task) !== undefined) return acceptAgain(shard, entry);
      memory.take(entry.task, entry.id);
      const plan = admit(entry, { ...deps, shard });
      if ("unfit" in plan) {
        refuse(shard, entry, plan.away === undefined ? "mismatch" : "declined", plan.unfit);
        if (plan.away !== undefined) deps.onAbsent(plan.away);
        return;
      }
      if (!open) return refuse(shard, entry, "released", "the executor is stopping");
      if (held.free() === 0) return refuse(shard, entry, "released", "the executor has no free place");
      const [never] = plan.nodes.flatMap(({ node }) => deps.resources.whyNever(node.type) ?? []);
      if (never !== undefined) return refuse(shard, entry, "declined", never);
      const toRunner = (settle: Settle) =>
        createTaskRunner(plan, { ...deps, settle, remember: (ending) => memory.end(entry.task, ending) });
      holdTask(deps, { shard, entry, fresh: source === "read", toRunner });
      logger.info("task taken", { task_id: entry.task, run_id: plan.task.run_id });
    },
  };
}
