/** What the event log has said so far about each node of a run. */
import type {
  Event,
  NodeExpandedData,
  NodeFailedData,
  NodeProgressData,
  NodeStatus,
  Run,
} from "@myspinbot/contracts/types.ts";

export interface NodeRow {
  /** Of an instance with its index: `video.2`. */
  readonly nodeId: string;
  /** Which instance it is of how many, from 1: of a node that is done once per element of a list. */
  readonly place?: { readonly number: number; readonly of: number };
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
  const counts = new Map<string, number>();
  for (const { nodes, count } of run.groups ?? [])
    for (const node of nodes) if (count !== undefined) counts.set(node, count);
  return run.nodes.map(({ node_id, type }) => {
    const [, base, index] = /^(.+)\.(\d+)$/.exec(node_id) ?? [];
    const of = counts.get(base ?? "");
    const place = of === undefined ? {} : { place: { number: Number(index) + 1, of } };
    return { nodeId: node_id, type, status: "pending", share: 0, ...place };
  });
}

/** A node that is done once per element of a list becomes its instances. */
function expanded(rows: NodeRows, { node_id, data }: Event): NodeRows {
  const { count } = data as unknown as NodeExpandedData;
  return rows.flatMap((row) =>
    row.nodeId !== node_id
      ? [row]
      : Array.from({ length: count }, (_, index) => ({
          ...row,
          nodeId: `${node_id}.${index}`,
          place: { number: index + 1, of: count },
        })),
  );
}

/** The rows after one more event; events that say nothing about a node change nothing. */
export function withEvent(rows: NodeRows, event: Event): NodeRows {
  if (event.type === "node.expanded") return expanded(rows, event);
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
  "node.waiting": () => ({ status: "waiting" }),
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
