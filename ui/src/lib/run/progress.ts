/** How far a run is, part by part: one part per node, as wide as the node's weight in its graph. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import type { NodeView } from "./run-view.ts";

export interface Part {
  node: NodeView;
  /** Share of the whole. */
  share: number;
  /** From 0 to 1. */
  done: number;
}

const OVER: ReadonlySet<NodeView["status"]> = new Set(["succeeded", "skipped", "failed", "canceled"]);

/** @param graph if it may be read: whoever has a link to one run may not */
export function partsOf(nodes: readonly NodeView[], graph: Graph | undefined): Part[] {
  const weights = new Map(graph?.nodes.map(({ id, weight }) => [id, weight ?? 1]));
  const instances = new Map<string, number>();
  for (const { node_id } of nodes) instances.set(baseOf(node_id), (instances.get(baseOf(node_id)) ?? 0) + 1);
  const weighed = nodes.map((node) => {
    const base = baseOf(node.node_id);
    return { node, weight: (weights.get(base) ?? 1) / (instances.get(base) ?? 1) };
  });
  const whole = weighed.reduce((sum, { weight }) => sum + weight, 0) || 1;
  return weighed.map(({ node, weight }) => ({ node, share: weight / whole, done: doneOf(node) }));
}

export function percentOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { share, done }) => sum + share * done, 0) * 100;
}

/** `speech.2` is an instance of `speech`. */
export function baseOf(node_id: string): string {
  return node_id.replace(/(\.\d+)+$/, "");
}

function doneOf({ status, progress }: NodeView): number {
  if (OVER.has(status)) return 1;
  if (status !== "running" || progress === undefined || progress.total <= 0) return 0;
  return Math.min(1, progress.done / progress.total);
}
