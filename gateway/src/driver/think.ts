/** Thinks about a locked run: mail folded in, the hub asked, the outcome a draft. No I/O. */
import type { Executor } from "@myspinbot/contracts/types.ts";
import type { DriveCarry } from "../checkpoints/drive-saver.ts";
import type { Hub, HubResult } from "../run-engine/hub.ts";
import type { GraphModel } from "../run-engine/graph-model.ts";
import { decide } from "../run-engine/readiness.ts";
import { INPUT_CHANNEL, type Channels } from "../run-engine/state.ts";
import { isAway } from "../capabilities/match.ts";
import { toProblem } from "../errors/problem.ts";
import { engineOf } from "../graphs/chosen-engine.ts";
import type { NodeTypes } from "../graphs/node-types.ts";
import { ownerOf } from "../owner.ts";
import { isApproval } from "../graphs/node-place.ts";
import { askNode } from "./approvals.ts";
import { dispatchReady, TaskTooLarge } from "./dispatch.ts";
import { forgetDeadlines } from "./deadlines.ts";
import { addEvent, createDraft, setRow, type Draft } from "./draft.ts";
import { endRun, obeyWishes } from "./end-run.ts";
import { foldMail, type FoldGiven } from "./fold.ts";
import { failureOf } from "./failure.ts";
import { knownArtifacts } from "./known-artifacts.ts";
import type { Lesson } from "./lesson.ts";
import { dropNode, recallTasks } from "./recall.ts";
import { beginningOf, type Situation } from "./situation.ts";
import { takeExpansions } from "./take-expansions.ts";

export interface ThinkContext extends Pick<FoldGiven, "unheard"> {
  shard: string;
  model: GraphModel;
  hubFor: (model: GraphModel) => Hub;
  nodeTypes: NodeTypes;
  newTaskId: () => string;
  /** Of an attempt at a node; absent where no traces are told. */
  traceparentOf?: (run: string, node: string, attempt: number) => string;
  random: () => number;
  retryBackoffMs: number;
  lesson: Lesson;
  /** Who could do what, where a letter makes it matter. */
  executors: readonly Executor[];
}

function takeHub(draft: Draft, context: ThinkContext, situation: Situation, result: HubResult): void {
  takeExpansions(draft, result.model);
  for (const node of result.skipped) {
    const reason = result.reasons[node]!;
    setRow(draft, node, { status: "skipped", reason, completed_at: situation.now });
    addEvent(draft, "node.skipped", node, { reason });
  }
  for (const node of result.canceled) dropNode(draft, situation, node);
  for (const node of Object.keys(result.passed)) {
    setRow(draft, node, { status: "succeeded", attempt: 1, completed_at: situation.now });
    addEvent(draft, "node.succeeded", node, { attempt: 1 });
  }
  if (result.end) {
    if (result.end.status === "succeeded")
      endRun(draft, situation, "succeeded", { output: result.end.output });
    else endRun(draft, situation, "failed", { error: failureOf(result.end) });
    return;
  }
  const isAsked = (node: string): boolean => isApproval(result.model.byId.get(node)!.definition);
  for (const node of result.ready.filter(isAsked))
    askNode(draft, { ...context, model: result.model, channels: result.channels, situation }, node);
  try {
    dispatchReady(
      {
        ...context,
        model: result.model,
        draft,
        channels: result.channels,
        run: situation.run,
        owner: ownerOf(situation.record.owner),
        now: situation.now,
      },
      result.ready.filter((node) => !isAsked(node)),
    );
  } catch (error) {
    if (!(error instanceof TaskTooLarge)) throw error;
    endRun(draft, situation, "failed", { error: toProblem("task-too-large", error.message) });
  }
}

/** `waiting` = nothing dispatched, only approvals and retry timers left. */
function markWaiting(draft: Draft, situation: Situation): void {
  const rows = [...draft.rows.values()];
  const waits =
    !rows.some((row) => row.status === "dispatched") &&
    rows.some((row) => row.held || row.status === "waiting");
  const was = situation.record.status === "waiting";
  if (waits === was) return;
  draft.status = waits ? "waiting" : "running";
  addEvent(draft, waits ? "run.waiting" : "run.resumed", "");
}

/** Whether a node waits for an engine that is away, by what executors say of themselves. */
function awayIn(
  { executors, nodeTypes }: ThinkContext,
  { byId }: GraphModel,
  channels: Channels,
): (node: string) => boolean {
  const input = (channels[INPUT_CHANNEL] ?? {}) as Record<string, unknown>;
  return (node) => {
    const { definition } = byId.get(node)!;
    return isAway({ ...definition, engine: engineOf(definition, input) }, nodeTypes, executors);
  };
}

/**
 * One drive's thought. `carry` holds the run's latest checkpoint and takes the next one; it stays without `put` when
 * the hub had nothing to decide.
 */
export async function think(context: ThinkContext, situation: Situation, carry: DriveCarry): Promise<Draft> {
  const draft = createDraft(situation);
  draft.ran = context.lesson.begun;
  const { input, taken } = beginningOf(situation);
  const begun = carry.latest?.checkpoint.channel_values;
  const channels = begun ?? { ...taken, [INPUT_CHANNEL]: input };
  const model = context.model.expand?.(channels) ?? context.model;
  // A run that is given up may be so because of its mail: nothing but a cancel is read from it.
  const wishes = situation.giveUp
    ? {
        cancel: situation.letters.some((letter) => letter.body.kind === "cancel"),
        expire: false,
        timeOut: false,
      }
    : foldMail(draft, {
        ...context,
        model,
        run: situation.run,
        now: situation.now,
        known: knownArtifacts(channels, model, context.nodeTypes),
        taken: context.lesson.taken,
        isAway: awayIn(context, model, channels),
        situation,
        channels,
        unneeded: (changes) => decide(context.model, { ...channels, ...changes }).canceled,
      });
  const isFirst = !carry.latest;
  const isOver = obeyWishes(draft, context.lesson, situation, wishes);
  if (!isOver && (isFirst || Object.keys(draft.channels).length > 0)) {
    const step = isFirst ? { input, taken } : { update: draft.channels };
    // The hub has a channel for each node that there will be, so where lists make nodes it is decided before.
    const { expand } = context.model;
    const decision = expand && decide(context.model, isFirst ? channels : { ...channels, ...draft.channels });
    const hub = context.hubFor(decision ? { ...decision.model, expand } : context.model);
    takeHub(draft, context, situation, await hub.drive({ thread: situation.run, carry, step, decision }));
  }
  if (draft.terminal) forgetDeadlines(draft, situation.run, model);
  if (isOver || draft.terminal) return draft;
  recallTasks(draft, situation);
  markWaiting(draft, situation);
  return draft;
}
