/** Tells the metrics what a commit has made true: nodes that ended, artifacts, the end of the run. */
import { GRAPHS } from "@myspinbot/contracts/graphs.ts";
import type { Artifact } from "@myspinbot/contracts/types.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { tookMs } from "./durations.ts";
import type { Draft, EventType } from "./draft.ts";
import type { Situation } from "./situation.ts";

const OUTCOMES: Partial<Record<EventType, "succeeded" | "failed">> = {
  "node.succeeded": "succeeded",
  "node.failed": "failed",
  "node.retrying": "failed",
};
/** Names of graphs that clients bring could be without end. */
const OTHERS = "inline";

export type DraftMetrics = Pick<Metrics, "node" | "nodeFailed" | "artifact" | "runEnded" | "runExpected">;

export interface Committed {
  situation: Situation;
  draft: Draft;
  nowMs: number;
  /** Seconds that runs of the graph took before this one. */
  usual?: number | undefined;
}

export function countDraft(metrics: DraftMetrics, { situation, draft, nowMs, usual }: Committed): void {
  for (const { type, node } of draft.events) {
    const outcome = OUTCOMES[type];
    const row = draft.rows.get(node);
    if (!outcome || !row) continue;
    metrics.node(row.type, outcome, row.timing?.execute_s ?? 0);
    if (outcome === "failed") metrics.nodeFailed(row.type, row.error?.class ?? "unknown");
  }
  for (const { value } of draft.artifacts) metrics.artifact((value as Artifact).size);
  if (!draft.terminal) return;
  const { graph, created_at: created } = situation.record;
  const seconds = Math.max(0, nowMs - Number(created)) / 1000;
  const name = Object.hasOwn(GRAPHS, graph) ? graph : OTHERS;
  metrics.runEnded(name, draft.status, seconds);
  const took = tookMs(situation, draft) / 1000;
  if (draft.status === "succeeded" && usual !== undefined && took > 0)
    metrics.runExpected(name, Math.abs(usual - took) / took);
}
