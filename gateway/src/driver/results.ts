/** Takes what a task did into a draft: results accepted once, retries, losses. */
import { timerMembers } from "@myspinbot/contracts/keys.ts";
import type { Artifact, GraphNode, NodeResult, Problem } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { outputChannel, stateChannel, stateOf, type Channels, type NodeState } from "../run-engine/state.ts";
import type { GraphModel } from "../run-engine/graph-model.ts";
import { toProblem } from "../errors/problem.ts";
import { addEvent, setRow, type Draft } from "./draft.ts";
import { artifactsOf } from "../graphs/file-references.ts";
import { forgetDeadline } from "./deadlines.ts";
import { dropNode, endDropped, isCalledBack } from "./recall.ts";
import { countedBytes } from "./known-artifacts.ts";
import { checkOutputs, type OutputContext } from "./outputs.ts";

export interface ResultContext extends OutputContext {
  now: number;
  model: GraphModel;
  /** All channels as they were when the drive began. */
  channels: Channels;
  /** What nobody needs any more, after the drive's changes. */
  unneeded: (changes: Channels) => readonly string[];
  /** Grows while results are taken. */
  known: Map<string, Artifact>;
  random: () => number;
  retryBackoffMs: number;
  /** Whether the executors that are online say of a node that its engine is away. */
  isAway: (node: string) => boolean;
}

/** A result that a pool has reported about one of its tasks. */
export interface Reported {
  pool: string;
  task: string;
  result: NodeResult;
}

/** Moves a node to another phase in the engine's channels and in its row together. */
export function setPhase(draft: Draft, node: string, phase: NodeState["phase"], problem?: Problem): void {
  draft.channels[stateChannel(node)] = problem ? { phase, problem } : { phase };
  setRow(draft, node, { status: phase === "held" ? "pending" : phase, held: phase === "held" || undefined });
}

/** What the node says of retries, and where it is silent its type. */
function policyOf(context: ResultContext, node: string): NonNullable<GraphNode["retry"]> {
  const { definition } = context.model.byId.get(node)!;
  return { ...context.nodeTypes.get(definition.type)?.retry, ...definition.retry };
}

/** Milliseconds until the next attempt: doubling with full jitter above the half. */
export function backoff(context: ResultContext, node: string, attempt: number): number {
  const first = policyOf(context, node).backoff_ms ?? context.retryBackoffMs;
  const full = Math.min(first * 2 ** (attempt - 1), Math.max(first, DEFAULTS.retry_backoff_max_ms));
  return Math.round(full * (0.5 + context.random() / 2));
}

function retryLater(draft: Draft, context: ResultContext, node: string, problem: Problem): void {
  const row = draft.rows.get(node)!;
  const delay = backoff(context, node, row.attempt);
  addEvent(draft, "node.retrying", node, { attempt: row.attempt, error: problem, delay_ms: delay });
  const attempt = row.attempt + 1;
  setPhase(draft, node, "held");
  setRow(draft, node, { task: undefined, error: problem });
  draft.waits.push({ node, attempt });
  draft.timers.push({ member: timerMembers.retry(context.run, node, String(attempt)), delay_ms: delay });
}

/** A process that died took its work along and nothing else: the first other try waits for nobody, as after a loss. */
function isFirstCrash(context: ResultContext, node: string, attempt: number, { code }: Problem): boolean {
  return code === "handler-crashed" && attempt === 1 && policyOf(context, node).backoff_ms === undefined;
}

function retryAtOnce(draft: Draft, node: string, error: Problem): void {
  addEvent(draft, "node.retrying", node, { attempt: draft.rows.get(node)!.attempt, error, delay_ms: 0 });
  reissue(draft, node, true);
}

/** Ends a node's attempt with a problem: tried again later if its class and policy allow, else failed for good. */
export function failNode(draft: Draft, context: ResultContext, node: string, problem: Problem): void {
  const row = draft.rows.get(node)!;
  const most = policyOf(context, node).max_attempts ?? DEFAULTS.retry_max_attempts;
  if (problem.class === "retryable" && row.attempt < most) {
    if (isFirstCrash(context, node, row.attempt, problem)) retryAtOnce(draft, node, problem);
    else retryLater(draft, context, node, problem);
    return;
  }
  addEvent(draft, "node.failed", node, { attempt: row.attempt, error: problem });
  forgetDeadline(draft, context.run, node);
  setPhase(draft, node, "failed", problem);
  setRow(draft, node, { task: undefined, error: problem, completed_at: context.now });
}

/** Results are taken one after the other, so whoever drives finds the same order. */
function nextPlace(draft: Draft, { channels, model }: ResultContext): number {
  const seen = { ...channels, ...draft.channels };
  return 1 + model.nodes.filter(({ id }) => stateOf(seen, id).place !== undefined).length;
}

function succeedNode(draft: Draft, context: ResultContext, result: NodeResult): void {
  const node = result.node_id;
  const outputs = result.outputs ?? {};
  const type = draft.rows.get(node)!.type;
  for (const { output, artifact } of artifactsOf(context.nodeTypes, type, outputs)) {
    // A node may hand on what another made; that is no new artifact.
    if (context.known.has(artifact.artifact_id)) continue;
    const bytes = countedBytes(context.known, artifact);
    context.known.set(artifact.artifact_id, artifact);
    const row = { ...artifact, run_id: context.run, node_id: node };
    draft.artifacts.push({ id: artifact.artifact_id, value: { ...row, output }, bytes });
    addEvent(draft, "artifact.created", node, { output, artifact: row });
  }
  addEvent(draft, "node.succeeded", node, {
    attempt: result.attempt,
    engine: result.engine,
    timing: result.timing,
  });
  setPhase(draft, node, "succeeded");
  if (context.model.races?.named.has(context.model.byId.get(node)!.base))
    draft.channels[stateChannel(node)] = { phase: "succeeded", place: nextPlace(draft, context) };
  draft.channels[outputChannel(node)] = outputs;
  forgetDeadline(draft, context.run, node);
  setRow(draft, node, {
    task: undefined,
    error: undefined,
    engine: result.engine,
    timing: result.timing,
    completed_at: context.now,
  });
}

/** A node that has not been dispatched was refused by its handler's check: what is wrong with it will stay wrong. */
function takeRefusal(draft: Draft, context: ResultContext, { pool, result }: Reported): void {
  const { node_id: node, problem, attempt } = result;
  const row = draft.rows.get(node)!;
  if (row.held || row.pool !== pool || row.attempt + 1 !== attempt || problem?.class !== "permanent") return;
  draft.ran = true;
  setRow(draft, node, { attempt });
  failNode(draft, context, node, problem);
}

/** Whether nobody needs what comes of the node; what its executor says of it then counts for nothing. */
export function isUnneeded(draft: Draft, { model, unneeded }: ResultContext, node: string): boolean {
  if (isCalledBack(draft.rows.get(node)!)) return true;
  const base = model.byId.get(node)?.base;
  return base !== undefined && !!model.races?.servants.has(base) && unneeded(draft.channels).includes(node);
}

/** Its executor is done with it. */
export function letGo(draft: Draft, context: ResultContext, node: string): void {
  dropNode(draft, context, node);
  endDropped(draft, context, node);
}

/** Counts a node result if its task is the node's current one and its attempt the node's; says nothing otherwise. */
export function takeResult(draft: Draft, context: ResultContext, reported: Reported): void {
  const { task, result } = reported;
  const row = draft.rows.get(result.node_id);
  if (row?.status === "pending") return takeRefusal(draft, context, reported);
  if (!row || row.status !== "dispatched" || row.task !== task || row.attempt !== result.attempt) return;
  draft.ran = true;
  if (isUnneeded(draft, context, result.node_id)) return letGo(draft, context, result.node_id);
  draft.accepted.push({ node: result.node_id, task, attempt: result.attempt });
  if (result.status === "failed") {
    failNode(
      draft,
      context,
      result.node_id,
      result.problem ?? toProblem("handler-failed", "the handler gave no reason"),
    );
    return;
  }
  const wrong = checkOutputs(context, row.type, task, result);
  if (wrong) failNode(draft, context, result.node_id, wrong);
  else succeedNode(draft, context, result);
}

/** Puts a node back so that it is issued again; the attempt counts only when asked. */
export function reissue(draft: Draft, node: string, countAttempt: boolean): void {
  const row = draft.rows.get(node)!;
  setPhase(draft, node, "pending");
  setRow(draft, node, { task: undefined, attempt: countAttempt ? row.attempt : row.attempt - 1 });
  draft.clear.push(node);
}

/** A node whose executor was lost while it ran. The third loss is its dead letter, with all reasons. */
export function loseNode(draft: Draft, context: ResultContext, node: string, reason: string): void {
  const row = draft.rows.get(node)!;
  const losses = [...(row.losses ?? []), reason.slice(0, 500)];
  setRow(draft, node, { losses });
  if (losses.length < DEFAULTS.max_lost) {
    retryAtOnce(draft, node, toProblem("task-lost", reason));
    return;
  }
  draft.clear.push(node);
  failNode(draft, context, node, {
    ...toProblem("task-lost", `The node was lost ${losses.length} times.`),
    reasons: losses,
  });
}
