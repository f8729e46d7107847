/** Who waits for whom in a graph, read from the references of its nodes' inputs. */
import type { Graph } from "@myspinbot/contracts/types.ts";

export interface Edge {
  from: string;
  to: string;
  /** The node would run without it. */
  optional: boolean;
}

const REFERENCE = /^\$([a-z][a-z0-9_]*)(?:\.[A-Za-z0-9_.]+)?(\?)?$/;

export function edgesOf(graph: Graph): Edge[] {
  const ids = new Set(graph.nodes.map(({ id }) => id));
  const edges = new Map<string, Edge>();
  const add = (edge: Edge): void => {
    if (!ids.has(edge.from) || edge.from === edge.to) return;
    const name = `${edge.from} ${edge.to}`;
    const old = edges.get(name);
    edges.set(name, { ...edge, optional: edge.optional && (old?.optional ?? true) });
  };
  for (const node of graph.nodes)
    for (const text of textsIn([node.inputs, node.when]))
      for (const { from, optional } of referenceIn(text)) add({ from, to: node.id, optional });
  for (const { from, to, on } of graph.edges ?? []) add({ from, to, optional: on === "failure" });
  return [...edges.values()];
}

function referenceIn(text: string): { from: string; optional: boolean }[] {
  const found = REFERENCE.exec(text);
  return found ? [{ from: found[1]!, optional: found[2] !== undefined }] : [];
}

/** All texts inside, at any depth: forms of inputs hold references, too. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
