/** What becomes of nodes that an executor cannot do now: they come again, for ever where their engine is away. */
import { timerMembers } from "@myspinbot/contracts/keys.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { toProblem } from "../errors/problem.ts";
import { addEvent, setRow, type Draft } from "./draft.ts";
import { backoff, failNode, reissue, setPhase, type ResultContext } from "./results.ts";

/** Nodes of one task. Those that could be done but for others whose engine is away are issued again without them. */
export function declineNodes(
  draft: Draft,
  context: ResultContext,
  nodes: readonly string[],
  reason: string,
): void {
  const away = nodes.filter((node) => context.isAway(node));
  for (const node of nodes) {
    if (away.length === 0 || away.includes(node)) declineNode(draft, context, node, reason);
    else reissue(draft, node, false);
  }
}

/**
 * A node comes again after a pause, at no cost. Where its engine is away it does so until the run's deadline, as one
 * whose engine was away from the beginning. Otherwise not for ever: its executor says that it could, and does not.
 */
function declineNode(draft: Draft, context: ResultContext, node: string, reason: string): void {
  const row = draft.rows.get(node)!;
  const { attempt } = row;
  const error = toProblem("handler-unavailable", reason);
  const isAway = context.isAway(node);
  if (isAway && context.model.handled.has(node)) {
    // Somebody stands by for it: nothing is gained by waiting.
    draft.clear.push(node);
    failNode(draft, context, node, toProblem("engine-unavailable", reason));
    return;
  }
  const count = (isAway ? row.away : row.declined) ?? 0;
  draft.clear.push(node);
  if (!isAway && count >= DEFAULTS.max_declined) {
    setRow(draft, node, { declined: undefined });
    failNode(draft, context, node, error);
    return;
  }
  setRow(draft, node, isAway ? { away: count + 1 } : { declined: count + 1, away: undefined });
  const delay = backoff(context, node, count + 1);
  addEvent(draft, "node.retrying", node, { attempt, error, delay_ms: delay });
  setPhase(draft, node, "held");
  setRow(draft, node, { task: undefined, attempt: attempt - 1 });
  draft.waits.push({ node, attempt });
  draft.timers.push({ member: timerMembers.retry(context.run, node, String(attempt)), delay_ms: delay });
}

/** The pause of a held node is over: it is issued, or waits on without a word while its engine is away. */
export function endPause(draft: Draft, context: ResultContext, node: string): void {
  const row = draft.rows.get(node)!;
  if (row.away === undefined || !context.isAway(node)) return setPhase(draft, node, "pending");
  const away = row.away + 1;
  setRow(draft, node, { away });
  const member = timerMembers.retry(context.run, node, String(row.attempt + 1));
  draft.timers.push({ member, delay_ms: backoff(context, node, away) });
}
