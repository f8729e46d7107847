/** What each type of event changes in the view of a run. */
import type {
  ArtifactCreatedData,
  Event,
  NodeDispatchedData,
  NodeExpandedData,
  NodeFailedData,
  NodeLogData,
  NodePreviewData,
  NodeProgressData,
  NodeResumedData,
  NodeSkippedData,
  NodeStartedData,
  NodeSucceededData,
  Run,
  RunEndedData,
  RunQueuedData,
} from "@myspinbot/contracts/types.ts";
import { curveOf } from "./curve.ts";
import { addLog, type NodeView, type RunView } from "./run-view.ts";

interface Change<Data> {
  view: RunView;
  /** The node that it is about, if the view has it. */
  node: NodeView | undefined;
  event: Event;
  data: Data;
}

interface DataOf {
  "run.queued": RunQueuedData;
  "node.dispatched": NodeDispatchedData;
  "node.started": NodeStartedData;
  "node.progress": NodeProgressData;
  "node.log": NodeLogData;
  "node.preview": NodePreviewData;
  "node.succeeded": NodeSucceededData;
  "node.failed": NodeFailedData;
  "node.retrying": NodeFailedData;
  "node.skipped": NodeSkippedData;
  "node.expanded": NodeExpandedData;
  "node.resumed": NodeResumedData;
  "artifact.created": ArtifactCreatedData;
}
type DataFor<T extends Event["type"]> = T extends keyof DataOf ? DataOf[T] : RunEndedData;

const OPEN: ReadonlySet<NodeView["status"]> = new Set(["pending", "dispatched", "running", "waiting"]);

const runs =
  (status: Run["status"]) =>
  ({ view }: Change<unknown>): void => {
    view.run.status = status;
    if (status !== "waiting") delete view.run.queue;
  };

const ends =
  (status: Run["status"]) =>
  ({ view, event, data }: Change<RunEndedData>): void => {
    Object.assign(view.run, { status, completed_at: event.at });
    if (data.output !== undefined) view.run.output = data.output;
    if (data.error !== undefined) view.run.error = data.error;
    delete view.run.queue;
    // Of these no event says that they ended: the run's end does.
    for (const node of view.nodes)
      if (OPEN.has(node.status)) Object.assign(node, { status: "canceled", completed_at: event.at });
  };

const set = (node: NodeView | undefined, values: Partial<NodeView>): void => {
  if (node !== undefined) Object.assign(node, values);
};

export const CHANGES: { [T in Event["type"]]: (change: Change<DataFor<T>>) => void } = {
  "run.queued": () => undefined,
  "run.started": ({ view, event }) => {
    Object.assign(view.run, { status: "running", started_at: view.run.started_at ?? event.at });
    delete view.run.queue;
  },
  "run.waiting": runs("waiting"),
  "run.resumed": runs("running"),
  "run.canceling": runs("canceling"),
  "run.succeeded": ends("succeeded"),
  "run.failed": ends("failed"),
  "run.canceled": ends("canceled"),
  "run.expired": ends("expired"),
  "run.timed_out": ends("timed_out"),
  "node.dispatched": ({ node, event, data }) =>
    set(node, { status: "dispatched", attempt: data.attempt, dispatched_at: event.at, retry: undefined }),
  "node.started": ({ node, event, data }) =>
    set(node, {
      ...{ status: "running", attempt: data.attempt, started_at: event.at, executor: data.executor },
      ...(data.engine === undefined ? {} : { engine: data.engine }),
      ...{ retry: undefined, progress: undefined },
    }),
  "node.progress": ({ node, data }) => set(node, { progress: data }),
  "node.log": ({ view, event, data }) =>
    addLog(view, { seq: event.seq, at: event.at, node_id: event.node_id ?? "", ...data }),
  "node.preview": ({ node, event: { seq }, data }) => {
    const curve = curveOf(data);
    if (curve !== undefined) set(node, { curve: { ...curve, seq }, curve_seq: seq });
    else if (data.media_type.startsWith("image/")) set(node, { preview: { ...data, seq }, picture_seq: seq });
  },
  "node.succeeded": ({ node, event, data }) =>
    set(node, {
      ...{ status: "succeeded", attempt: data.attempt, completed_at: event.at },
      ...(data.engine === undefined ? {} : { engine: data.engine }),
      ...(data.timing === undefined ? {} : { timing: data.timing }),
    }),
  "node.failed": ({ node, event, data }) =>
    set(node, { status: "failed", attempt: data.attempt, completed_at: event.at, error: data.error }),
  "node.retrying": ({ node, event, data }) =>
    set(node, {
      ...{ status: "pending", attempt: data.attempt },
      retry: { at: event.at, delay_ms: data.delay_ms ?? 0, error: data.error },
    }),
  "node.skipped": ({ node, event, data }) =>
    set(node, { status: "skipped", completed_at: event.at, skipped: data.reason }),
  // What is asked is too much for an event: whoever follows asks for the run (`RunStream`).
  "node.waiting": ({ node }) => set(node, { status: "waiting" }),
  "node.resumed": ({ node, data }) => {
    if (node?.approval) node.approval = { ...node.approval, decision: data.decision };
  },
  "node.canceled": ({ node, event }) => set(node, { status: "canceled", completed_at: event.at }),
  "node.expanded": ({ view, node, data }) => {
    if (node === undefined) return;
    const at = view.nodes.indexOf(node);
    const instances = Array.from({ length: data.count }, (_, i) => ({
      ...node,
      node_id: `${node.node_id}.${i}`,
    }));
    view.nodes.splice(at, 1, ...instances);
  },
  "artifact.created": ({ view, data }) => {
    const at = view.artifacts.findIndex(({ artifact_id }) => artifact_id === data.artifact.artifact_id);
    if (at === -1) view.artifacts.push(data.artifact);
    else view.artifacts[at] = data.artifact;
  },
};
