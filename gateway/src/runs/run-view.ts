/** Shows a run to clients: a pure reading of what Redis keeps of it. */
import type { Artifact, FlatGraph, Run, RunNode, RunRow } from "@myspinbot/contracts/types.ts";
import { toTimestamp } from "../clock.ts";
import { isTerminal } from "../events/event-log.ts";
import { toArtifact } from "../artifacts/artifact-view.ts";
import { toRunNodes } from "./node-view.ts";
import { toProgress } from "./progress.ts";
import { shareWeights, toRunGroups } from "./run-groups.ts";
import type { ArtifactRow, RunRecord } from "./run-record.ts";

/** What is not in the run's own keys. */
export interface ViewContext {
  /** Ms, for the time a run has waited or worked so far. */
  now: number;
  /** Gives the nodes their order; without it the order is by name. */
  graph: FlatGraph | undefined;
  queue?: Run["queue"];
}

export function toRun(source: RunRecord, context: ViewContext): Run {
  const { run, record, data } = source;
  const status = record.status;
  const nodes = toRunNodes(source.nodes, context.graph?.nodes.map((node) => node.id) ?? [], data);
  const error = parsed<Run["error"]>(data.error);
  const output = parsed<Run["output"]>(data.output);
  const reason = statusReason(status, { error, queue: context.queue, nodes });
  return {
    run_id: run,
    graph: record.graph,
    graph_digest: record.digest,
    status,
    ...(reason === undefined ? {} : { status_reason: reason }),
    ...times(record),
    deadlines: deadlines(record),
    priority: record.priority ?? "normal",
    ...(context.queue ? { queue: context.queue } : {}),
    progress: progressOf(source, nodes, error),
    nodes,
    ...(context.graph?.groups ? { groups: toRunGroups(context.graph, source.nodes) } : {}),
    input: parsed<Run["input"]>(data.request_input ?? data.input) ?? {},
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
    artifacts: toArtifacts(source),
    timing: toTiming(record, context.now),
    ...originOf(record),
    ...(source.forks.length > 0 ? { forks: source.forks } : {}),
    metadata: parsed<Run["metadata"]>(data.metadata) ?? {},
    tags: parsed<Run["tags"]>(data.tags) ?? [],
    urls: urlsOf(run),
  };
}

function progressOf({ record, data, nodes: fields }: RunRecord, nodes: RunNode[], error: Run["error"]) {
  return toProgress(record.status, nodes, {
    ...shareWeights(parsed<Record<string, number>>(data.weights) ?? {}, fields),
    culprit: error?.instance,
  });
}

/** Oldest first: ids of artifacts begin with their time. */
export function toArtifacts({ run, artifacts }: Pick<RunRecord, "run" | "artifacts">): Artifact[] {
  return Object.keys(artifacts)
    .sort()
    .map((id) => toArtifact(run, JSON.parse(artifacts[id]!) as ArtifactRow));
}

export function urlsOf(run: string): Run["urls"] {
  const self = `/v1/runs/${run}`;
  return { self, events: `${self}/events`, artifacts: `${self}/artifacts`, cancel: `${self}/cancel` };
}

/** created_at, and what of the others has happened. */
export function times(
  record: Pick<RunRow, "created_at" | "started_at" | "completed_at" | "expires_at">,
): Pick<Run, "created_at" | "started_at" | "completed_at" | "expires_at"> {
  return {
    created_at: toTimestamp(Number(record.created_at)),
    ...(record.started_at ? { started_at: toTimestamp(Number(record.started_at)) } : {}),
    ...(record.completed_at ? { completed_at: toTimestamp(Number(record.completed_at)) } : {}),
    ...(record.expires_at ? { expires_at: toTimestamp(Number(record.expires_at)) } : {}),
  };
}

function originOf({ forked_from, fork_node }: RunRow): Pick<Run, "forked_from"> {
  if (forked_from === undefined || fork_node === undefined) return {};
  return { forked_from: { run_id: forked_from, node_id: fork_node } };
}

function deadlines(record: RunRow): Run["deadlines"] {
  return {
    ...(record.start_deadline_at ? { start_at: toTimestamp(Number(record.start_deadline_at)) } : {}),
    ...(record.run_deadline_at ? { run_at: toTimestamp(Number(record.run_deadline_at)) } : {}),
  };
}

/** Seconds; they still grow while the run has not ended. */
function toTiming(record: RunRow, now: number): Run["timing"] {
  const created = Number(record.created_at);
  const end = record.completed_at ? Number(record.completed_at) : now;
  const started = record.started_at ? Number(record.started_at) : undefined;
  const seconds = (from: number, to: number) => Math.max(0, to - from) / 1000;
  return {
    queued_s: seconds(created, started ?? end),
    ...(started === undefined ? {} : { executing_s: seconds(started, end) }),
  };
}

function statusReason(
  status: Run["status"],
  { error, queue, nodes }: Pick<Run, "error" | "queue" | "nodes">,
): string | undefined {
  if (isTerminal(status)) return error?.title;
  if (status === "queued" && queue?.matching_executors === 0)
    return "No executor that can run it takes work now.";
  const asked = nodes.find((node) => node.status === "waiting" && !node.approval?.decision);
  if (status === "waiting" && asked?.approval)
    return `"${asked.node_id}" waits for an answer until ${asked.approval.until}.`;
  const missing = queue?.waiting_for?.[0];
  return missing && `"${missing.node_id}" waits: ${missing.reason}`;
}

function parsed<T>(json: string | undefined): T | undefined {
  return json === undefined ? undefined : (JSON.parse(json) as T);
}
