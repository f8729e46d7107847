/** Edges that lead from several nodes at once: from a group, or from a member of one to somebody outside. */
import type { FlatEdge } from "@myspinbot/contracts/types.ts";
import type { Gate } from "./graph-model.ts";
import { ENDED, type Verdict, type View } from "./operands.ts";

export interface NodeSet {
  nodes: string[];
  /** Those whose failure is the set's. */
  culprits: string[];
  /** Those without which the set has not succeeded. */
  needed: string[];
  /** Of its pieces: what they had to make and have not. */
  lacks: ((view: View) => string | undefined)[];
  /** Failures are left out. */
  tolerant: boolean;
  /** More nodes may come. */
  open: boolean;
  /** It failed without any of its nodes. */
  failed: boolean;
}

/** Whether the set has failed for good. */
export function hasFailed(set: NodeSet, view: View, culprits = set.culprits): boolean {
  const { failed, tolerant, lacks } = set;
  if (failed || tolerant) return failed;
  return (
    culprits.some((id) => view.phaseOf(id) === "failed") || lacks.some((lack) => lack(view) !== undefined)
  );
}

export function hasEnded({ open, nodes }: NodeSet, view: View): boolean {
  return !open && nodes.every((id) => ENDED.has(view.phaseOf(id)));
}

const JUDGE: Record<FlatEdge["on"], (set: NodeSet, view: View) => Verdict> = {
  always: (set, view) => (hasEnded(set, view) ? "satisfied" : "waits"),
  failure: (set, view) => {
    if (hasFailed(set, view)) return "satisfied";
    return hasEnded(set, view) ? "impossible" : "waits";
  },
  success: (set, view) => {
    const { nodes, needed } = set;
    if (hasFailed(set, view, needed)) return "impossible";
    // A node may be skipped while one that it hangs on, too, is still at work.
    if (!hasEnded(set, view) || needed.some((id) => !ENDED.has(view.phaseOf(id)))) return "waits";
    const some = nodes.length === 0 || nodes.some((id) => view.phaseOf(id) === "succeeded");
    return some ? "satisfied" : "impossible";
  },
};

/** An edge from the whole set: `failure` holds as soon as one has failed for good. */
export function setGate(set: NodeSet, on: FlatEdge["on"]): Gate {
  return { reason: "edge", judge: (view) => JUDGE[on](set, view) };
}
