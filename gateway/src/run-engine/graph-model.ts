/** A graph as the run engine decides on it: the nodes that there are, each with what must be true before it starts. */
import type { Graph, GraphNode } from "@myspinbot/contracts/types.ts";
import type { Operand, View } from "./operands.ts";
import type { Channels } from "./state.ts";

/** What must be true of `source` before the node may start. `required` and `optional` carry data. */
export interface IncomingEdge {
  source: string;
  on: "required" | "optional" | "success" | "failure" | "always";
  /** Output field of the source that a data edge carries. */
  output?: string;
}

/** Edges that a task can hold: what they wait for is decided by the executor. */
export const INSIDE: ReadonlySet<IncomingEdge["on"]> = new Set(["required", "optional", "success"]);

export type Verdict = "satisfied" | "waits" | "impossible";
export type SkipReason = "when" | "input" | "edge" | "group";

/** What only the driver can judge: a node with a gate that waits is in no task. */
export interface Gate {
  reason: SkipReason;
  judge(view: View): Verdict;
}

export interface ModelNode {
  /** The graph node's id, with its index in its group behind it. */
  id: string;
  /** Id of the graph node. */
  base: string;
  definition: GraphNode;
  pool: string;
  inputs: [name: string, operand: Operand][];
  incoming: IncomingEdge[];
  gates: Gate[];
}

/** A node of a group that exists in this many instances. */
export interface Expansion {
  node: string;
  count: number;
  /** Of so many that there may be. */
  of: number;
}

export interface GraphModel {
  digest: string;
  /** Differs whenever the ids of the nodes differ, within the graph. */
  shape: string;
  graph: Graph;
  /** Topological order. */
  nodes: ModelNode[];
  byId: Map<string, ModelNode>;
  /** Nodes whose failure is followed by somebody. */
  handled: Set<string>;
  output: [field: string, operand: Operand][];
  expansions: Expansion[];
  /** Why a group cannot be done, for groups whose failure nobody follows. */
  broken: { group: string; detail: string } | undefined;
  /** The graph with the groups as they are now; undefined when there are none, so that nothing can change. */
  expand?: (channels: Channels) => GraphModel;
}
