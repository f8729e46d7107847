/** Takes nodes out of a run that nobody needs any more, and calls back the tasks in which nothing else is left. */
import { timerMembers } from "@myspinbot/contracts/keys.ts";
import type { NodeRow } from "@myspinbot/contracts/types.ts";
import { stateChannel } from "../run-engine/state.ts";
import { forgetDeadline } from "./deadlines.ts";
import { addEvent, setRow, type Draft } from "./draft.ts";
import type { Situation } from "./situation.ts";

type Now = Pick<Situation, "run" | "now">;

/** Decided, but its executor may still hold it: what it says of the node counts for nothing. */
export function isCalledBack(row: NodeRow): boolean {
  return row.status === "dispatched" && row.reason === "race";
}

/** Decides that nobody needs the node. One that an executor has is canceled when that one has let go of it. */
export function dropNode(draft: Draft, when: Now, node: string): void {
  draft.channels[stateChannel(node)] = { phase: "canceled" };
  if (draft.rows.get(node)!.status === "dispatched") setRow(draft, node, { reason: "race" });
  else endDropped(draft, when, node);
}

/** No executor has the node any more. */
export function endDropped(draft: Draft, { run, now }: Now, node: string): void {
  const row = draft.rows.get(node)!;
  if (row.held) draft.untimers.push(timerMembers.retry(run, node, String(row.attempt + 1)));
  if (row.status === "waiting") draft.untimers.push(timerMembers.approval(run, node));
  if (row.status === "dispatched" || row.status === "waiting") draft.clear.push(node);
  forgetDeadline(draft, run, node);
  const reason = "race";
  setRow(draft, node, { status: "canceled", reason, held: undefined, task: undefined, completed_at: now });
  addEvent(draft, "node.canceled", node, { reason });
}

/** Tasks go when nothing in them is wanted; saying it again changes nothing, so nobody remembers that it was said. */
export function recallTasks(draft: Draft, { openTasks }: Situation): void {
  const rows = [...draft.rows.values()].filter(({ status }) => status === "dispatched");
  const unwanted = new Set([...draft.recalled, ...rows.filter(isCalledBack).map(({ task }) => task)]);
  for (const row of rows) if (!isCalledBack(row)) unwanted.delete(row.task);
  draft.cancel.push(...openTasks.filter(({ task }) => unwanted.has(task)));
}
