/** Edges that lead from several nodes at once: from a group, or from a member of one to somebody outside. */
import type { GraphEdge } from "@myspinbot/contracts/types.ts";
import type { Gate, Verdict } from "./graph-model.ts";
import { ENDED, type View } from "./operands.ts";

export type NodeSet =
  | { state: "waits" | "impossible"; failed: boolean }
  | {
      state: "known";
      nodes: string[];
      /** Those whose failure is the set's. */
      culprits: string[];
      /** Those without which the set has not succeeded. */
      needed: string[];
      /** Failures are left out. */
      tolerant: boolean;
    };

type Known = NodeSet & { state: "known" };

const JUDGE: Record<GraphEdge["on"], (set: Known, view: View, ended: boolean) => Verdict> = {
  always: (_, _view, ended) => (ended ? "satisfied" : "waits"),
  failure: ({ culprits, tolerant }, view, ended) => {
    if (!tolerant && culprits.some((id) => view.phaseOf(id) === "failed")) return "satisfied";
    return ended ? "impossible" : "waits";
  },
  success: ({ nodes, needed, tolerant }, view, ended) => {
    if (!tolerant && needed.some((id) => view.phaseOf(id) === "failed")) return "impossible";
    if (!ended) return "waits";
    const some = nodes.length === 0 || nodes.some((id) => view.phaseOf(id) === "succeeded");
    return some ? "satisfied" : "impossible";
  },
};

/** An edge from the whole set: `failure` holds as soon as one has failed for good. */
export function setGate(set: NodeSet, on: GraphEdge["on"]): Gate {
  return {
    reason: "edge",
    judge(view) {
      if (set.state === "waits") return "waits";
      if (set.state === "known")
        return JUDGE[on](
          set,
          view,
          [...set.nodes, ...(on === "success" ? set.needed : [])].every((id) => ENDED.has(view.phaseOf(id))),
        );
      return on === "always" || (on === "failure" && set.failed) ? "satisfied" : "impossible";
    },
  };
}
