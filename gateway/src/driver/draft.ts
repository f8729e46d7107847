/** What a drive has decided so far, before it becomes one commit. */
import type { Event, NodeRow, RunRow, RunStatus } from "@myspinbot/contracts/types.ts";
import type { Channels } from "../run-engine/state.ts";
import type { OpenTask, Situation } from "./situation.ts";

export type EventType = Event["type"];

export interface DraftEvent {
  type: EventType;
  node: string;
  data: unknown;
}

export interface Draft {
  /** The run's status; '' leaves what the record says. */
  status: RunStatus | "";
  /** The run's own error or output, when it ends. */
  error?: unknown;
  output?: unknown;
  terminal: boolean;
  /** Makes the commit check again what only Redis knows. */
  guard: "" | "expired" | "canceled";
  /** A node result was consumed, or an executor was seen to begin: the run has begun. */
  ran: boolean;
  rows: Map<string, NodeRow>;
  changed: Set<string>;
  channels: Channels;
  events: DraftEvent[];
  accepted: { node: string; task: string; attempt: number }[];
  clear: string[];
  waits: { node: string; attempt: number }[];
  /** Approvals that are asked for, with the moment, ms of Redis, at which an answer does not count any more. */
  asks: { node: string; deadline: number }[];
  /** Approvals that nobody answered in time. */
  late: string[];
  /** Fields of the run's data. */
  data: { field: string; value: unknown }[];
  timers: { member: string; delay_ms: number }[];
  untimers: string[];
  /** With the bytes that they count as. */
  artifacts: { id: string; value: unknown; bytes: number }[];
  tasks: DraftTask[];
  cancel: OpenTask[];
  /** Tasks that had a node which failed by its deadline. */
  recalled: string[];
  record: { field: keyof RunRow; value: string }[];
}

export interface DraftTask {
  task: string;
  pool: string;
  body: string;
  nodes: { node: string; attempt: number }[];
}

/** A draft that changes nothing yet. Rows are copied, so that a situation can be thought about twice. */
export function createDraft(situation: Situation): Draft {
  return {
    status: "",
    terminal: false,
    guard: "",
    ran: false,
    rows: new Map([...situation.rows].map(([id, row]) => [id, { ...row }])),
    changed: new Set(),
    channels: {},
    events: [],
    accepted: [],
    clear: [],
    waits: [],
    asks: [],
    late: [],
    data: [],
    timers: [],
    untimers: [],
    artifacts: [],
    tasks: [],
    cancel: [],
    recalled: [],
    record: [],
  };
}

/** Changes a node's row; `undefined` removes a field. */
export function setRow(draft: Draft, node: string, change: Partial<NodeRow>): void {
  Object.assign(draft.rows.get(node)!, change);
  draft.changed.add(node);
}

export function addEvent(draft: Draft, type: EventType, node: string, data: unknown = {}): void {
  draft.events.push({ type, node, data });
}
