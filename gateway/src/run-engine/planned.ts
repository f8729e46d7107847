/** An accepted graph, read once: its nodes in topological order, with their groups, expressions and edges. */
import type { FlatEdge, FlatGraph, FlatNode, Predicate } from "@myspinbot/contracts/types.ts";
import type { FlatExpression } from "../graphs/flat-expressions.ts";

export interface PlannedEdge {
  from: string;
  on: FlatEdge["on"];
}

export interface PlannedNode {
  id: string;
  definition: FlatNode;
  /** The innermost that it stands in. */
  group: PlannedGroup | undefined;
  /** The group by which it exists several times. */
  many: PlannedGroup | undefined;
  inputs: [name: string, expression: FlatExpression][];
  when: Predicate | undefined;
  /** Those that lead to it or to a group that it stands in; those to a piece are the piece's. */
  edges: PlannedEdge[];
  /** Nodes that must come before it. */
  sources: ReadonlySet<string>;
}

export interface PlannedGroup {
  id: string;
  /** The group that it stands in. */
  parent: PlannedGroup | undefined;
  /** The group around it by which it exists several times. */
  many: PlannedGroup | undefined;
  /** All nodes in it, those of groups within included. */
  members: PlannedNode[];
  each?: {
    list: FlatExpression;
    max: number;
    item: ReadonlyMap<string, { type: string; required: boolean }>;
    atOnce: number;
    skips: boolean;
  };
  repeat?: {
    max: number;
    until: Predicate;
    fails: boolean;
    carry: ReadonlyMap<string, { init: FlatExpression; next: FlatExpression }>;
  };
  piece?: PlannedPiece;
}

/** A graph that stood in the graph as a node: it begins, and makes something, as a node does. */
export interface PlannedPiece {
  inputs: ReadonlyMap<string, FlatExpression>;
  when: Predicate | undefined;
  edges: PlannedEdge[];
  output: ReadonlyMap<string, FlatExpression>;
}

/** Whether its members exist several times. */
export function hasInstances(group: PlannedGroup): boolean {
  return group.each !== undefined || group.repeat !== undefined;
}

/** The group and all that it stands in, from within. */
export function chainOf(group: PlannedGroup | undefined): PlannedGroup[] {
  const chain: PlannedGroup[] = [];
  for (let next = group; next; next = next.parent) chain.push(next);
  return chain;
}

/** By which of these what stands there exists several times; at most one of a chain does that. */
export function manyOf(group: PlannedGroup | undefined): PlannedGroup | undefined {
  return chainOf(group).find(hasInstances);
}

export interface GraphPlan {
  digest: string;
  graph: FlatGraph;
  /** Topological order. */
  nodes: PlannedNode[];
  byId: ReadonlyMap<string, PlannedNode>;
  groups: ReadonlyMap<string, PlannedGroup>;
  output: [field: string, expression: FlatExpression][];
  /** Nodes and groups whose failure is followed by somebody. */
  handled: ReadonlySet<string>;
  /** By node or group: the groups within which its failure is followed, so that it is not theirs. */
  handledInside: ReadonlyMap<string, ReadonlySet<string>>;
}
