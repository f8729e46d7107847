/** How far a run is: the weighted sum of what its nodes say. */
import type { Run, RunNode } from "@myspinbot/contracts/types.ts";

const DONE: ReadonlySet<RunNode["status"]> = new Set(["succeeded", "skipped"]);

/** @param weights node -> share of the whole; 1 for those that are not named */
export function toProgress(
  status: Run["status"],
  nodes: RunNode[],
  weights: Record<string, number>,
): Run["progress"] {
  const current = nodes.find((node) => node.status === "running");
  const node = current === undefined ? {} : { node: current.node_id };
  if (status === "succeeded") return { percent: 100 };
  const weightOf = (id: string) => weights[id] ?? 1;
  const whole = nodes.reduce((sum, { node_id }) => sum + weightOf(node_id), 0);
  const done = nodes.reduce((sum, each) => sum + weightOf(each.node_id) * share(each), 0);
  // 100 is said by success alone.
  const percent = whole === 0 ? 0 : Math.min(99.9, Math.round((done / whole) * 1000) / 10);
  return { percent, ...node };
}

function share({ status, progress }: RunNode): number {
  if (DONE.has(status)) return 1;
  if (status !== "running" || !progress || progress.total <= 0) return 0;
  return Math.min(1, progress.done / progress.total);
}
