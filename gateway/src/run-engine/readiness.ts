/** Decides what a run does next: a pure reading of its graph and of what its nodes have done. */
import type { Problem } from "@myspinbot/contracts/types.ts";
import { isApproval } from "../graphs/node-place.ts";
import { outputsUnasked } from "./approvals.ts";
import {
  fitsInTask,
  type GraphModel,
  type IncomingEdge,
  type ModelNode,
  type SkipReason,
} from "./graph-model.ts";
import { ENDED, evaluate, mayBeMissing, viewOf, type Verdict, type View } from "./operands.ts";
import { findUnneeded } from "./races.ts";
import {
  outputChannel,
  outputsOf,
  stateChannel,
  stateOf,
  type Channels,
  type Outputs,
  type Phase,
} from "./state.ts";
import { ownField } from "../own-field.ts";

export type RunEnd =
  | { status: "succeeded"; output: Record<string, unknown> }
  | { status: "failed"; node: string; problem: Problem }
  | { status: "failed"; group: string; detail: string }
  | { status: "failed"; missing: string };

export interface Decision {
  /** The graph as it is now. */
  model: GraphModel;
  /** Nodes that can never run, because what they need will not come. */
  skipped: string[];
  /** Why, by node. */
  reasons: Record<string, SkipReason>;
  /** Nodes that nobody needs any more, because another was first. */
  canceled: string[];
  /** Nodes to dispatch, per pool the largest set whose inputs are known or made inside the set; approvals to ask for. */
  ready: string[];
  /** Outputs of approvals that nobody is asked for. */
  passed: Record<string, Outputs>;
  end: RunEnd | null;
}

function verdict(edge: IncomingEdge, phase: Phase, channels: Channels): Verdict {
  if (!ENDED.has(phase)) return "waits";
  switch (edge.on) {
    case "optional":
    case "always":
      return "satisfied";
    case "failure":
      return phase === "failed" ? "satisfied" : "impossible";
    case "success":
      return phase === "succeeded" ? "satisfied" : "impossible";
    case "required":
      return phase === "succeeded" && ownField(outputsOf(channels, edge.source), edge.output!) !== undefined
        ? "satisfied"
        : "impossible";
  }
}

/** What one decision looks at; phases change while it skips. */
interface Look {
  model: GraphModel;
  channels: Channels;
  phases: Map<string, Phase>;
  view: View;
}

function lookAt(model: GraphModel, channels: Channels): Look {
  const phases = new Map(model.nodes.map((node) => [node.id, stateOf(channels, node.id).phase]));
  const view = { ...viewOf(channels), phaseOf: (id: string): Phase => phases.get(id) ?? "pending" };
  return { model, channels, phases, view };
}

function whyImpossible(node: ModelNode, { channels, phases, view }: Look): SkipReason | undefined {
  for (const edge of node.incoming)
    if (verdict(edge, phases.get(edge.source)!, channels) === "impossible")
      return edge.on === "required" ? "input" : "edge";
  return node.gates.find((gate) => gate.judge(view) === "impossible")?.reason;
}

function findSkipped(look: Look): Record<string, SkipReason> {
  const skipped: Record<string, SkipReason> = {};
  // Topological order, so one pass carries a skip all the way down.
  for (const node of look.model.nodes) {
    if (look.phases.get(node.id) !== "pending") continue;
    const reason = whyImpossible(node, look);
    if (reason === undefined) continue;
    look.phases.set(node.id, "skipped");
    skipped[node.id] = reason;
  }
  return skipped;
}

function findReady({ model, channels, phases, view }: Look): string[] {
  const setOf = new Map<string, ModelNode>();
  const fits = (node: ModelNode, edge: IncomingEdge): boolean =>
    verdict(edge, phases.get(edge.source)!, channels) === "satisfied" ||
    fitsInTask(edge, setOf.get(edge.source), node);
  for (const node of model.nodes) {
    if (phases.get(node.id) !== "pending") continue;
    if (!node.incoming.every((edge) => fits(node, edge))) continue;
    if (node.gates.every((gate) => gate.judge(view) === "satisfied")) setOf.set(node.id, node);
  }
  return [...setOf.keys()];
}

function collectOutput({ model, view }: Look): RunEnd {
  const output: Record<string, unknown> = {};
  for (const [field, operand] of model.output) {
    const value = evaluate(operand, view);
    if (value.is === "value") output[field] = value.value;
    else if (!mayBeMissing(operand)) return { status: "failed", missing: field };
  }
  return { status: "succeeded", output };
}

function firstFailure(model: GraphModel, channels: Channels, which: (id: string) => boolean): RunEnd | null {
  for (const node of model.nodes) {
    const state = stateOf(channels, node.id);
    if (state.phase === "failed" && state.problem && which(node.id)) {
      return { status: "failed", node: node.id, problem: state.problem };
    }
  }
  return null;
}

/** What is missing is explained by the failure that was tolerated, if there is one. */
function broken(model: GraphModel, channels: Channels): RunEnd | null {
  if (!model.broken) return null;
  const { causes, ...end } = model.broken;
  return firstFailure(model, channels, (id) => causes.includes(id)) ?? { status: "failed", ...end };
}

function decideOnce(model: GraphModel, channels: Channels): Decision {
  const unhandled = firstFailure(model, channels, (id) => !model.handled.has(id)) ?? broken(model, channels);
  const nothing = { model, skipped: [], reasons: {}, canceled: [], ready: [], passed: {} };
  if (unhandled) return { ...nothing, end: unhandled };

  const look = lookAt(model, channels);
  const reasons = findSkipped(look);
  const skipped = Object.keys(reasons);
  const canceled = findUnneeded(look);
  const found = { model, skipped, reasons, canceled };
  if ([...look.phases.values()].every((phase) => ENDED.has(phase))) {
    const end = collectOutput(look);
    // A missing output is explained by the failure that its graph tolerated, if there is one.
    const cause = "missing" in end ? firstFailure(model, channels, () => true) : null;
    return { ...nothing, ...found, end: cause ?? end };
  }
  const ready = findReady(look);
  const passed = Object.fromEntries(
    ready.flatMap((id) => {
      const node = model.byId.get(id)!;
      const outputs = isApproval(node.definition) ? outputsUnasked(node, look.view) : undefined;
      return outputs ? [[id, outputs]] : [];
    }),
  );
  return { ...found, passed, ready: ready.filter((id) => !Object.hasOwn(passed, id)), end: null };
}

/** What to do next. The caller dispatches `ready`, marks what was `skipped`, `canceled` and `passed`, and ends the run by `end`. */
export function decide(model: GraphModel, channels: Channels): Decision {
  const { expand } = model;
  const reasons: Record<string, SkipReason> = {};
  const canceled: string[] = [];
  const passed: Record<string, Outputs> = {};
  const seen = { ...channels };
  // What nobody is asked for goes on at once. A skip or a cancel may say that a list will not come, or what it falls
  // back to, or end an iteration, and so change what there is.
  for (;;) {
    const decision = decideOnce(expand ? { ...expand(seen), expand } : model, seen);
    Object.assign(reasons, decision.reasons);
    Object.assign(passed, decision.passed);
    canceled.push(...decision.canceled);
    const isChanged = decision.skipped.length > 0 || decision.canceled.length > 0;
    const goesOn = Object.keys(decision.passed).length > 0 || (expand && isChanged);
    if (!goesOn) return { ...decision, reasons, passed, canceled, skipped: Object.keys(reasons) };
    for (const id of decision.skipped) seen[stateChannel(id)] = { phase: "skipped" };
    for (const id of decision.canceled) seen[stateChannel(id)] = { phase: "canceled" };
    for (const [id, outputs] of Object.entries(decision.passed)) {
      seen[stateChannel(id)] = { phase: "succeeded" };
      seen[outputChannel(id)] = outputs;
    }
  }
}
