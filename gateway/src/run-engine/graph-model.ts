/** A graph as the run engine decides on it: the nodes that there are, each with what must be true before it starts. */
import type { FlatGraph, FlatNode } from "@myspinbot/contracts/types.ts";
import type { FlatExpression } from "../graphs/flat-expressions.ts";
import type { Operand, Verdict, View } from "./operands.ts";
import type { Channels } from "./state.ts";

/** What must be true of `source` before the node may start. `required` and `optional` carry data. */
export interface IncomingEdge {
  source: string;
  on: "required" | "optional" | "success" | "failure" | "always";
  /** Output field of the source that a data edge carries. */
  output?: string;
}

/** Edges that a task can hold: what they wait for is decided by the executor. */
const INSIDE: ReadonlySet<IncomingEdge["on"]> = new Set(["required", "optional", "success"]);

export type SkipReason = "when" | "input" | "edge" | "group";

/** Whether one task may hold an edge's source and the node that it leads to. */
export function fitsInTask(
  edge: IncomingEdge,
  source: ModelNode | undefined,
  { pool, apart }: Pick<ModelNode, "pool" | "apart">,
): boolean {
  return INSIDE.has(edge.on) && source?.pool === pool && source.apart === apart;
}

/** What only the driver can judge: a node with a gate that waits is in no task. */
export interface Gate {
  reason: SkipReason;
  judge(view: View): Verdict;
}

/** What all of these come to together. */
export function verdictOf(gates: readonly Gate[], view: View): Verdict {
  const verdicts = gates.map((gate) => gate.judge(view));
  if (verdicts.includes("impossible")) return "impossible";
  return verdicts.includes("waits") ? "waits" : "satisfied";
}

export interface ModelNode {
  /** The graph node's id, with its index in its group behind it. */
  id: string;
  /** Id of the graph node. */
  base: string;
  definition: FlatNode;
  pool: string;
  /** Only nodes with the same word may share a task: it can be called back without harm to others. */
  apart: string;
  inputs: [name: string, operand: Operand][];
  incoming: IncomingEdge[];
  gates: Gate[];
  /** Races that end before it begins, though none of its inputs says so: before a graph or a loop that it stands in. */
  racesBefore: Operand[];
  /** Races in what the graphs make that it stands in. */
  racesBehind: Operand[];
}

/** A node of a group that exists in this many instances. */
export interface Expansion {
  node: string;
  count: number;
  /** Of so many that there may be. */
  of: number;
}

/** Who wants what a node makes; all by ids of the graph's nodes. */
export interface Wanted {
  /** They wait for it, whoever wins a race. */
  by: Set<string>;
  /** They race for it with others. */
  raced: Set<string>;
  /** The run's output races for it, or that of a graph that it stands in. */
  inOutput: boolean;
  /** The run's output needs it, or the next iteration of its loop. */
  always: boolean;
}

export interface Races {
  /** Nodes that a race names: they are numbered as they succeed. */
  named: ReadonlySet<string>;
  wanted: ReadonlyMap<string, Wanted>;
  /** Of a group: what races before it, and in what it makes. */
  ofGroup: ReadonlyMap<string, { before: readonly FlatExpression[]; behind: readonly FlatExpression[] }>;
  /** Node that may be called back -> the racers that want it, alone. */
  servants: ReadonlyMap<string, readonly string[]>;
  /** Nodes of one group are in step: instances want each other by index. */
  groupOf(node: string): string | undefined;
}

export interface GraphModel {
  digest: string;
  /** Differs whenever the ids of the nodes differ, within the graph. */
  shape: string;
  graph: FlatGraph;
  /** Topological order. */
  nodes: ModelNode[];
  byId: Map<string, ModelNode>;
  /** Nodes whose failure is followed by somebody. */
  handled: Set<string>;
  output: [field: string, operand: Operand][];
  expansions: Expansion[];
  /** Who races whom; undefined if nobody does. */
  races: Races | undefined;
  /** Why a group cannot be done, for groups whose failure nobody follows, and the nodes that may have been the cause. */
  broken: { group: string; detail: string; causes: readonly string[] } | undefined;
  /** The graph with the groups as they are now; undefined when there are none, so that nothing can change. */
  expand?: (channels: Channels) => GraphModel;
}
