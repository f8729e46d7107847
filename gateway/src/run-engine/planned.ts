/** An accepted graph, read once: its nodes in topological order, with their groups, expressions and edges. */
import type { Graph, GraphEdge, GraphNode, Predicate } from "@myspinbot/contracts/types.ts";
import type { Expression } from "../graphs/expressions.ts";

export interface PlannedNode {
  id: string;
  definition: GraphNode;
  group: PlannedGroup | undefined;
  inputs: [name: string, expression: Expression][];
  when: Predicate | undefined;
  edges: { from: string; on: GraphEdge["on"] }[];
  /** Nodes that must come before it. */
  sources: ReadonlySet<string>;
}

export interface PlannedGroup {
  id: string;
  members: PlannedNode[];
  each?: {
    list: Expression;
    max: number;
    item: ReadonlyMap<string, { type: string; required: boolean }>;
    atOnce: number;
    skips: boolean;
  };
  repeat?: {
    max: number;
    until: Predicate;
    fails: boolean;
    carry: ReadonlyMap<string, { init: Expression; next: Expression }>;
  };
}

/** Whether its members exist several times. */
export function hasInstances(group: PlannedGroup | undefined): group is PlannedGroup {
  return group?.each !== undefined || group?.repeat !== undefined;
}

export interface GraphPlan {
  digest: string;
  graph: Graph;
  /** Topological order. */
  nodes: PlannedNode[];
  byId: ReadonlyMap<string, PlannedNode>;
  groups: ReadonlyMap<string, PlannedGroup>;
  output: [field: string, expression: Expression][];
  /** Nodes whose failure is followed by somebody. */
  handled: ReadonlySet<string>;
  /** Of them those whose failure is followed within their group. */
  handledInside: ReadonlySet<string>;
  /** Groups whose failure is followed by somebody. */
  handledGroups: ReadonlySet<string>;
}
