/** Folds snapshots and events into what the page knows of a run: the same however they arrive. */
import type { Frame } from "@myspinbot/client/frames.ts";
import type { Event, Run } from "@myspinbot/contracts/types.ts";
import { CHANGES } from "./changes.ts";
import { addEvent, type NodeView, type RunView } from "./run-view.ts";

function viewOf(run: Run, seq: number): RunView {
  const { nodes, artifacts, ...rest } = run;
  return { seq, run: rest, nodes, artifacts, logs: [], events: [], gaps: [] };
}

/** Changes `view` in place. @returns the view, anew after a snapshot; undefined while there is nothing to fold into */
export function fold(view: RunView | undefined, frame: Frame): RunView | undefined {
  if (frame.kind === "snapshot") return afterSnapshot(view, frame.run, frame.seq);
  if (view === undefined || frame.seq <= view.seq) return view;
  view.seq = frame.seq;
  if (frame.kind === "gap") view.gaps.push({ from: frame.from, to: frame.to });
  else {
    addEvent(view, frame.event);
    change(view, frame.event);
  }
  return view;
}

/** Puts in a preview that was read from the log; what is newer stays. */
export function recall(view: RunView, event: Event): void {
  const node = view.nodes.find(({ node_id }) => node_id === event.node_id);
  if (node?.picture_seq === event.seq || node?.curve_seq === event.seq) change(view, event);
}

/** What a snapshot does not hold stays as it was; what it holds is true. */
function afterSnapshot(old: RunView | undefined, run: Run, seq: number): RunView | undefined {
  if (old !== undefined && seq < old.seq) return old;
  const next = viewOf(run, seq);
  if (old === undefined) return next;
  const known = new Map(old.nodes.map((node) => [node.node_id, node]));
  return {
    ...next,
    nodes: next.nodes.map((node) => withKnown(node, known.get(node.node_id))),
    logs: old.logs,
    events: old.events,
    gaps: old.gaps,
  };
}

function withKnown(node: NodeView, old: NodeView | undefined): NodeView {
  if (old === undefined) return node;
  const isSame = old.attempt === node.attempt;
  return {
    ...node,
    preview: old.preview,
    curve: old.curve,
    skipped: old.skipped,
    executor: isSame ? old.executor : undefined,
    engine: node.engine ?? (isSame ? old.engine : undefined),
    retry: isSame && node.status === "pending" ? old.retry : undefined,
  };
}

function change(view: RunView, event: Event): void {
  const apply = CHANGES[event.type];
  // Only a newer gateway knows it.
  if (apply === undefined) return;
  const node = view.nodes.find(({ node_id }) => node_id === event.node_id);
  apply({ view, node, event, data: event.data as never });
}
