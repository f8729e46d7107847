/** How far a run is: the weighted sum of what its nodes say. */
import type { Run, RunNode } from "@myspinbot/contracts/types.ts";

const DONE: ReadonlySet<RunNode["status"]> = new Set(["succeeded", "skipped"]);

/** What the nodes alone do not say. */
export interface ProgressContext {
  /** Node -> share of the whole; 1 for those that are not named. */
  weights: Record<string, number>;
  /** Share of what has nothing to do: lists without elements. */
  empty?: number;
  /** The node whose failure ended the run. */
  culprit?: string | undefined;
}

export function toProgress(
  status: Run["status"],
  nodes: RunNode[],
  { weights, empty = 0, culprit }: ProgressContext,
): Run["progress"] {
  const current = nodes.find((node) => node.status === "running");
  const node = current === undefined ? {} : { node: current.node_id };
  if (status === "succeeded") return { percent: 100 };
  const weightOf = (id: string) => weights[id] ?? 1;
  // A failure that the run went on from is done; else percents would go back.
  const isTolerated = (id: string) => status !== "failed" || (culprit !== undefined && culprit !== id);
  const whole = nodes.reduce((sum, { node_id }) => sum + weightOf(node_id), empty);
  const done = nodes.reduce((sum, each) => {
    const isDone = each.status === "failed" && isTolerated(each.node_id);
    return sum + weightOf(each.node_id) * (isDone ? 1 : share(each));
  }, empty);
  // 100 is said by success alone.
  const percent = whole === 0 ? 0 : Math.min(99.9, Math.round((done / whole) * 1000) / 10);
  return { percent, ...node };
}

function share({ status, reason, progress }: RunNode): number {
  // Who lost a race has nothing to do any more, whatever becomes of the run.
  if (DONE.has(status) || reason === "race") return 1;
  if (status !== "running" || !progress || progress.total <= 0) return 0;
  return Math.min(1, progress.done / progress.total);
}
