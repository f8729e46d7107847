/** Ends a run: by its hub's word, by whoever wishes it, by a deadline, or because driving it does not succeed. */
import type { Problem } from "@myspinbot/contracts/types.ts";
import type { TERMINAL_RUN_STATUSES } from "@myspinbot/contracts/wire.ts";
import { toProblem } from "../errors/problem.ts";
import { addEvent, type Draft } from "./draft.ts";
import { cancelNodes, type Wishes } from "./fold.ts";
import type { Lesson } from "./lesson.ts";
import type { Situation } from "./situation.ts";

type EndStatus = (typeof TERMINAL_RUN_STATUSES)[number];

export function endRun(
  draft: Draft,
  situation: Situation,
  status: EndStatus,
  data: { output?: unknown; error?: Problem },
): void {
  draft.status = status;
  draft.terminal = true;
  draft.output = data.output;
  draft.error = data.error;
  draft.tasks = [];
  cancelNodes(draft, situation.run, situation.now);
  if (status !== "canceled") draft.cancel = situation.openTasks;
  addEvent(draft, `run.${status}`, "", data);
}

/** A cancel is proved: the run ends only when no executor can hold a task of it. */
function cancelRun(draft: Draft, situation: Situation, isKnown: boolean): void {
  const reason = toProblem("canceled", "The run was canceled on request.");
  if (situation.openTasks.length === 0) {
    draft.guard = "canceled";
    endRun(draft, situation, "canceled", { error: reason });
    return;
  }
  if (!isKnown) addEvent(draft, "run.canceling", "");
  draft.status = "canceling";
  draft.cancel = situation.openTasks;
}

/** Nobody has begun and the deadline has passed, whether or not its timer was heard. */
function isLate(draft: Draft, { record, now }: Situation, wishes: Wishes): boolean {
  if (record.status !== "queued" || draft.ran) return false;
  return wishes.expire || now >= Number(record.start_deadline_at);
}

/** The run's own deadline has passed, whether or not its timer was heard. */
function isOverdue({ record, now }: Situation, wishes: Wishes): boolean {
  return wishes.timeOut || now >= Number(record.run_deadline_at);
}

/** Ends the run where mail or the record ask for it; says whether it did. */
export function obeyWishes(draft: Draft, lesson: Lesson, situation: Situation, wishes: Wishes): boolean {
  const isCanceling = situation.record.status === "canceling" || lesson.canceling;
  if (isCanceling || wishes.cancel) {
    cancelRun(draft, situation, isCanceling);
  } else if (situation.giveUp) {
    endRun(draft, situation, "failed", {
      error: toProblem("drive-failed", "The run was driven too often without success."),
    });
  } else if (lesson.brokenPool) {
    const detail = `The task stream of pool ${lesson.brokenPool} takes no tasks any more.`;
    endRun(draft, situation, "failed", { error: toProblem("drive-failed", detail) });
  } else if (isLate(draft, situation, wishes)) {
    draft.guard = "expired";
    endRun(draft, situation, "expired", {
      error: toProblem("start-deadline", "No executor began before the start deadline."),
    });
  } else if (isOverdue(situation, wishes)) {
    endRun(draft, situation, "timed_out", {
      error: toProblem("run-deadline", "The run did not end before its deadline."),
    });
  } else {
    return false;
  }
  return true;
}
