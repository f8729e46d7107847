/** What the single checks of a graph need to know of the whole. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import type { FieldError } from "../errors/app-error.ts";
import { NO_GRAPHS, type InnerGraph, type InnerGraphs, type Ports } from "./inner-graphs.ts";
import { readInputSpec, type InputSpec } from "./input-fields.ts";
import type { NodeTypes } from "./node-types.ts";

export interface GraphCheckOptions {
  nodeTypes: NodeTypes;
  /** Pools of gpu-nodes; nobody reads the others. */
  pools: readonly string[];
  /** Those that can be nodes. */
  graphs?: InnerGraphs;
}

export interface GraphContext {
  graph: Graph;
  /** By node id; nodes of an unknown type are missing. */
  types: ReadonlyMap<string, Ports>;
  /** By id of the node that is a graph. */
  inner: ReadonlyMap<string, InnerGraph>;
  input: InputSpec;
}

/** Of two nodes with one id the first is meant. */
export function contextOf(
  graph: Graph,
  { nodeTypes, graphs = NO_GRAPHS }: GraphCheckOptions,
): { context: GraphContext; problems: FieldError[] } {
  const { spec, problems } = readInputSpec(graph);
  const types = new Map<string, Ports>();
  const inner = new Map<string, InnerGraph>();
  for (const { id, type, graph: name } of graph.nodes) {
    const found = name === undefined ? undefined : graphs.read(name);
    if (found && !("problem" in found) && !inner.has(id)) inner.set(id, found);
    const ports = found ? inner.get(id)?.ports : type === undefined ? undefined : nodeTypes.get(type);
    if (ports && !types.has(id)) types.set(id, ports);
  }
  return { context: { graph, types, inner, input: spec }, problems };
}
