/** A graph as the run engine reads it: nodes in topological order, each with the edges that lead to it. */
import type { Graph, GraphNode } from "@myspinbot/contracts/types.ts";
import { poolOf } from "../graphs/node-place.ts";
import { inOrder } from "../graphs/order.ts";
import { parseReference, type Reference } from "../graphs/references.ts";

/** What must be true of `source` before the node may start. `required` and `optional` carry data. */
export interface IncomingEdge {
  source: string;
  on: "required" | "optional" | "success" | "failure" | "always";
  /** Output field of the source that a data edge carries. */
  output?: string;
}

/** Edges that a task can hold: what they wait for is decided by the executor. */
export const INSIDE: ReadonlySet<IncomingEdge["on"]> = new Set(["required", "optional", "success"]);

export interface ModelNode {
  id: string;
  definition: GraphNode;
  pool: string;
  inputs: [name: string, reference: Reference][];
  incoming: IncomingEdge[];
}

export interface GraphModel {
  digest: string;
  graph: Graph;
  /** Topological order. */
  nodes: ModelNode[];
  byId: Map<string, ModelNode>;
  /** Nodes whose failure is followed by somebody: they have an edge `failure` or `always`. */
  handled: Set<string>;
}

function incomingEdges(graph: Graph, node: GraphNode): IncomingEdge[] {
  const edges: IncomingEdge[] = [];
  for (const value of Object.values(node.inputs ?? {})) {
    const reference = parseReference(value);
    if (reference.kind !== "node") continue;
    edges.push({
      source: reference.node,
      output: reference.output,
      on: reference.optional ? "optional" : "required",
    });
  }
  for (const edge of graph.edges ?? []) {
    if (edge.to === node.id) edges.push({ source: edge.from, on: edge.on });
  }
  return edges;
}

/**
 * Reads an accepted graph.
 * @throws when the graph has a cycle or a dangling edge; accepted graphs have neither.
 */
export function toGraphModel(graph: Graph, digest: string): GraphModel {
  const all = graph.nodes.map((definition): ModelNode => ({
    id: definition.id,
    definition,
    pool: poolOf(definition),
    inputs: Object.entries(definition.inputs ?? {}).map(([name, value]) => [name, parseReference(value)]),
    incoming: incomingEdges(graph, definition),
  }));
  const { order: nodes, rest } = inOrder(
    all,
    ({ id }) => id,
    ({ incoming }) => incoming.map(({ source }) => source),
  );
  if (rest.length > 0) throw new Error("the graph has a cycle");
  const handled = new Set(
    (graph.edges ?? [])
      .filter((edge) => edge.on === "failure" || edge.on === "always")
      .map((edge) => edge.from),
  );
  return { digest, graph, nodes, byId: new Map(nodes.map((node) => [node.id, node])), handled };
}
