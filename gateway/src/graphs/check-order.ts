/** Checks the edges of a graph: that they lead somewhere, that there is no cycle, and that every node can run. */
import type { Graph, GraphNode } from "@myspinbot/contracts/types.ts";
import type { FieldError } from "../errors/app-error.ts";
import { inOrder } from "./order.ts";
import { InvalidReference, parseReference } from "./references.ts";

interface Incoming {
  from: string;
  /** What must be true of `from`; null when it only has to end. */
  needs: "success" | "failure" | null;
}

export function checkOrder(graph: Graph): FieldError[] {
  const ids = new Set(graph.nodes.map((node) => node.id));
  const dangling = danglingEdges(graph, ids);
  const incoming = new Map(graph.nodes.map((node) => [node.id, incomingOf(graph, node, ids)]));
  const { order, cyclic } = sort(graph, incoming);
  const cycles = cyclic.map((id) => ({
    pointer: `/nodes/${graph.nodes.findIndex((node) => node.id === id)}`,
    detail: `"${id}" can never start, because it waits for itself in a cycle of ${cyclic.map((other) => `"${other}"`).join(", ")}`,
  }));
  return [...dangling, ...cycles, ...unreachable(graph, order, incoming)];
}

function danglingEdges(graph: Graph, ids: Set<string>): FieldError[] {
  return (graph.edges ?? []).flatMap((edge, index) =>
    (["from", "to"] as const)
      .filter((end) => !ids.has(edge[end]))
      .map((end) => ({ pointer: `/edges/${index}/${end}`, detail: `there is no node "${edge[end]}"` })),
  );
}

/** References that cannot be read are told by the check of inputs. */
function incomingOf(graph: Graph, node: GraphNode, ids: Set<string>): Incoming[] {
  const edges: Incoming[] = [];
  for (const value of Object.values(node.inputs ?? {})) {
    const source = sourceOf(value);
    if (source && ids.has(source.from)) edges.push(source);
  }
  for (const edge of graph.edges ?? []) {
    if (edge.to === node.id && ids.has(edge.from))
      edges.push({ from: edge.from, needs: edge.on === "always" ? null : edge.on });
  }
  return edges;
}

function sourceOf(value: unknown): Incoming | undefined {
  try {
    const reference = parseReference(value);
    return reference.kind === "node"
      ? { from: reference.node, needs: reference.optional ? null : "success" }
      : undefined;
  } catch (error) {
    if (error instanceof InvalidReference) return undefined;
    throw error;
  }
}

/** Topological order, and the ids that are left because they are on a cycle (not those that only hang behind one). */
function sort(graph: Graph, incoming: Map<string, Incoming[]>): { order: string[]; cyclic: string[] } {
  const { order, rest: left } = inOrder(
    new Set(graph.nodes.map((node) => node.id)),
    (id) => id,
    (id) => incoming.get(id)!.map((edge) => edge.from),
  );
  const rest = new Set(left);
  const needed = (id: string) =>
    [...rest].some((other) => incoming.get(other)!.some((edge) => edge.from === id));
  for (
    let last = [...rest].filter((id) => !needed(id));
    last.length > 0;
    last = [...rest].filter((id) => !needed(id))
  ) {
    for (const id of last) rest.delete(id);
  }
  return { order, cyclic: [...rest] };
}

/** Nodes that need another node both to succeed and to fail can never run; all incoming edges of a node must hold. */
function unreachable(graph: Graph, order: string[], incoming: Map<string, Incoming[]>): FieldError[] {
  const needs = new Map<string, { success: Set<string>; failure: Set<string> }>();
  const problems: FieldError[] = [];
  for (const id of order) {
    const own = { success: new Set<string>(), failure: new Set<string>() };
    for (const edge of incoming.get(id)!) {
      if (edge.needs === null) continue;
      own[edge.needs].add(edge.from);
      const before = needs.get(edge.from);
      before?.success.forEach((other) => own.success.add(other));
      before?.failure.forEach((other) => own.failure.add(other));
    }
    const both = [...own.success].find((other) => own.failure.has(other));
    if (both !== undefined) {
      problems.push({
        pointer: `/nodes/${graph.nodes.findIndex((node) => node.id === id)}`,
        detail: `"${id}" can never run: it needs "${both}" to succeed and to fail`,
      });
    }
    // A node behind one that can never run is told once, at the first of them.
    needs.set(id, both === undefined ? own : { success: new Set(), failure: new Set() });
  }
  return problems;
}
