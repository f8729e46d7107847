/** Decides what a run does next: a pure reading of its graph and of what its nodes have done. */
import type { Problem } from "@myspinbot/contracts/types.ts";
import { parseReference } from "../graphs/references.ts";
import { INSIDE, type GraphModel, type IncomingEdge, type ModelNode } from "./graph-model.ts";
import { outputsOf, stateOf, type Channels, type Phase } from "./state.ts";

export type RunEnd =
  | { status: "succeeded"; output: Record<string, unknown> }
  | { status: "failed"; node: string; problem: Problem }
  | { status: "failed"; missing: string };

export interface Decision {
  /** Nodes that can never run, because what they need will not come. */
  skipped: string[];
  /** Nodes to dispatch, per pool the largest set whose inputs are known or made inside the set. */
  ready: string[];
  end: RunEnd | null;
}

type Verdict = "satisfied" | "waits" | "impossible";

const ENDED: ReadonlySet<Phase> = new Set(["succeeded", "failed", "skipped"]);

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
      return phase === "succeeded" && outputsOf(channels, edge.source)[edge.output!] !== undefined
        ? "satisfied"
        : "impossible";
  }
}

function findSkipped(model: GraphModel, channels: Channels, phases: Map<string, Phase>): string[] {
  const skipped: string[] = [];
  // Topological order, so one pass carries a skip all the way down.
  for (const node of model.nodes) {
    if (phases.get(node.id) !== "pending") continue;
    if (node.incoming.some((edge) => verdict(edge, phases.get(edge.source)!, channels) === "impossible")) {
      phases.set(node.id, "skipped");
      skipped.push(node.id);
    }
  }
  return skipped;
}

function findReady(model: GraphModel, channels: Channels, phases: Map<string, Phase>): string[] {
  const setOf = new Map<string, string>();
  const fits = (node: ModelNode, edge: IncomingEdge): boolean =>
    verdict(edge, phases.get(edge.source)!, channels) === "satisfied" ||
    (INSIDE.has(edge.on) && setOf.get(edge.source) === node.pool);
  for (const node of model.nodes) {
    if (phases.get(node.id) !== "pending") continue;
    if (node.incoming.every((edge) => fits(node, edge))) setOf.set(node.id, node.pool);
  }
  return [...setOf.keys()];
}

function collectOutput(model: GraphModel, channels: Channels): RunEnd {
  const output: Record<string, unknown> = {};
  for (const [field, text] of Object.entries(model.graph.output)) {
    const reference = parseReference(text);
    if (reference.kind !== "node") continue;
    const value = outputsOf(channels, reference.node)[reference.output];
    if (value !== undefined) output[field] = value;
    else if (!reference.optional) return { status: "failed", missing: field };
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

/** What to do next. The caller dispatches `ready`, marks `skipped`, and ends the run when `end` is set. */
export function decide(model: GraphModel, channels: Channels): Decision {
  const unhandled = firstFailure(model, channels, (id) => !model.handled.has(id));
  if (unhandled) return { skipped: [], ready: [], end: unhandled };

  const phases = new Map(model.nodes.map((node) => [node.id, stateOf(channels, node.id).phase]));
  const skipped = findSkipped(model, channels, phases);
  if ([...phases.values()].every((phase) => ENDED.has(phase))) {
    const end = collectOutput(model, channels);
    // A missing output is explained by the failure that its graph tolerated, if there is one.
    const cause = "missing" in end ? firstFailure(model, channels, () => true) : null;
    return { skipped, ready: [], end: cause ?? end };
  }
  return { skipped, ready: findReady(model, channels, phases), end: null };
}
