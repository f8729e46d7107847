/** Nodes that a person decides: asked in a commit, decided by an answer that Redis keeps, or by their deadline. */
import type { ApprovalParams, Decision, Problem } from "@myspinbot/contracts/types.ts";
import { timerMembers } from "@myspinbot/contracts/keys.ts";
import { toTimestamp } from "../clock.ts";
import { toProblem } from "../errors/problem.ts";
import { acceptedOutputs, shownValues } from "../run-engine/approvals.ts";
import { viewOf } from "../run-engine/operands.ts";
import { outputChannel, type Channels, type Outputs } from "../run-engine/state.ts";
import { addEvent, setRow, type Draft } from "./draft.ts";
import { failNode, setPhase, type ResultContext } from "./results.ts";
import type { Situation } from "./situation.ts";

export interface ApprovalContext extends ResultContext {
  situation: Situation;
  /** The run's channels before this drive. */
  channels: Channels;
}

type AskContext = Pick<ApprovalContext, "model" | "nodeTypes" | "channels" | "situation">;

function paramsOf({ model, nodeTypes }: AskContext, node: string): ApprovalParams & { deadline_s: number } {
  const { definition } = model.byId.get(node)!;
  const defaults = nodeTypes.get(definition.type)?.param_defaults;
  return { ...(defaults as { deadline_s: number }), ...definition.params };
}

/** Asks: from the commit on the run shows what, and until when an answer counts. */
export function askNode(draft: Draft, context: AskContext, node: string): void {
  const { now, record } = context.situation;
  const { message, deadline_s, on_deadline } = paramsOf(context, node);
  const deadline = Math.min(now + Math.ceil(deadline_s * 1000), Number(record.run_deadline_at));
  const until = toTimestamp(deadline);
  const said = message === undefined ? {} : { message };
  const values = shownValues(context.model.byId.get(node)!, viewOf(context.channels));
  // Whoever is asked need not wait for an executor: the run has begun.
  draft.ran = true;
  draft.asks.push({ node, deadline });
  draft.data.push({
    field: `approval:${node}`,
    value: { ...said, values, asked_at: toTimestamp(now), until, on_deadline },
  });
  setRow(draft, node, { status: "waiting", attempt: 1 });
  addEvent(draft, "node.waiting", node, { ...said, until });
}

/** Decides a node that waits, if there is an answer or none is waited for any more; else sees to its timer. */
export function decideNode(draft: Draft, context: ApprovalContext, node: string): void {
  if (draft.rows.get(node)?.status !== "waiting") return;
  const { answers, deadlines, now } = context.situation;
  const answer = answers.get(node);
  const deadline = deadlines.get(node) ?? now;
  if (answer) {
    const { approved, data = {}, reason } = answer;
    const edited = Object.keys(data).length > 0;
    say(draft, node, approved ? (edited ? "edited" : "accepted") : "rejected", reason);
    if (approved) accept(draft, context, node, data);
    else reject(draft, context, node, toProblem("approval-rejected", reason ?? "It was rejected."));
  } else if (now < deadline) {
    draft.asks.push({ node, deadline });
  } else {
    expire(draft, context, node);
  }
}

function expire(draft: Draft, context: ApprovalContext, node: string): void {
  const { on_deadline, default: values = {} } = paramsOf(context, node);
  draft.late.push(node);
  say(draft, node, "expired");
  const detail = "Nobody answered before the deadline.";
  if (on_deadline === "accept") accept(draft, context, node, values as Outputs);
  else if (on_deadline === "reject") reject(draft, context, node, toProblem("approval-rejected", detail));
  else failNode(draft, context, node, toProblem("approval-deadline", detail));
}

function say(draft: Draft, node: string, decision: Decision, reason?: string): void {
  addEvent(draft, "node.resumed", node, { decision, ...(reason ? { reason } : {}) });
}

function accept(draft: Draft, context: ApprovalContext, node: string, edited: Outputs): void {
  succeed(draft, context, node, acceptedOutputs({ ...shown(context, node), ...edited }));
}

function reject(draft: Draft, context: ApprovalContext, node: string, problem: Problem): void {
  if (paramsOf(context, node).on_reject === "go_on")
    succeed(draft, context, node, acceptedOutputs(shown(context, node), false));
  else failNode(draft, context, node, problem);
}

function shown({ model, channels }: ApprovalContext, node: string): Outputs {
  return shownValues(model.byId.get(node)!, viewOf(channels));
}

function succeed(draft: Draft, { now }: ApprovalContext, node: string, outputs: Outputs): void {
  addEvent(draft, "node.succeeded", node, { attempt: 1 });
  setPhase(draft, node, "succeeded");
  draft.channels[outputChannel(node)] = outputs;
  setRow(draft, node, { completed_at: now });
}

/** The timer of a node that will not be decided any more. */
export function approvalTimer(run: string, node: string): string {
  return timerMembers.approval(run, node);
}
