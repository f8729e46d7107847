/** What the event log has said so far about each node of a run. */
import type { Event, NodeFailedData, NodeProgressData, NodeStatus, Run } from "@myspinbot/contracts/types.ts";

export interface NodeRow {
  readonly nodeId: string;
  readonly type: string;
  readonly status: NodeStatus | "retrying";
  /** Between 0 and 1. */
  readonly share: number;
  /** Name of the engine that works or worked on it. */
  readonly engine?: string;
  /** Milliseconds since 1970, of the present attempt. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** What the node said when it failed last. */
  readonly problem?: string;
}

export type NodeRows = readonly NodeRow[];

export function toNodeRows(run: Run): NodeRows {
  return run.nodes.map(({ node_id, type }) => ({ nodeId: node_id, type, status: "pending", share: 0 }));
}

/** The rows after one more event; events that say nothing about a node change nothing. */
export function withEvent(rows: NodeRows, event: Event): NodeRows {
  const change = CHANGES[event.type];
  if (change === undefined) return rows;
  return rows.map((row) => (row.nodeId === event.node_id ? { ...row, ...change(event) } : row));
}

const CHANGES: Partial<Record<Event["type"], (event: Event) => Partial<NodeRow>>> = {
  "node.dispatched": () => ({ status: "dispatched", share: 0 }),
  "node.started": ({ at, data }) => ({
    status: "running",
    share: 0,
    startedAt: Date.parse(at),
    ...engineOf(data),
  }),
  "node.progress": ({ data }) => ({ share: toShare(data as unknown as NodeProgressData) }),
  "node.succeeded": ({ at, data }) => ({
    status: "succeeded",
    share: 1,
    endedAt: Date.parse(at),
    ...engineOf(data),
  }),
  "node.failed": ({ at, data }) => ({ status: "failed", endedAt: Date.parse(at), problem: problemOf(data) }),
  "node.retrying": ({ data }) => ({ status: "retrying", share: 0, problem: problemOf(data) }),
  "node.skipped": () => ({ status: "skipped" }),
  "node.canceled": () => ({ status: "canceled" }),
};

function engineOf({ engine }: { engine?: string }): Partial<NodeRow> {
  return engine === undefined ? {} : { engine };
}

function toShare({ done, total }: NodeProgressData): number {
  return total > 0 ? Math.min(done / total, 1) : 0;
}

function problemOf(data: Event["data"]): string {
  const { error } = data as unknown as NodeFailedData;
  return error.detail ?? error.title;
}
