/** What the page knows of a run, as plain objects. */
import type { Artifact, Event, Problem, Run, RunNode } from "@myspinbot/contracts/types.ts";
import type { Curve } from "./curve.ts";

export interface NodeView extends RunNode {
  executor?: string | undefined;
  /** A picture. */
  preview?: { media_type: string; base64: string; seq: number } | undefined;
  curve?: (Curve & { seq: number }) | undefined;
  /** Why it will not run. */
  skipped?: string | undefined;
  /** When it is tried again, and why it must be. */
  retry?: { at: string; delay_ms: number; error: Problem } | undefined;
}

export interface LogLine {
  seq: number;
  at: string;
  node_id: string;
  level: string;
  message: string;
}

export interface RunView {
  /** Number of the last event that is in it. */
  seq: number;
  run: Omit<Run, "nodes" | "artifacts">;
  nodes: NodeView[];
  artifacts: Artifact[];
  /** The newest `LOG_LINES` of them, in order. */
  logs: LogLine[];
  /** The newest `EVENTS` of those that came, in order and without bytes: the log of the run has as many. */
  events: Event[];
  gaps: { from: number; to: number }[];
}

const LOG_LINES = 5_000;
export const EVENTS = 10_000;

export function addLog({ logs }: RunView, line: LogLine): void {
  keepNewest(logs, line, LOG_LINES);
}

export function addEvent({ events }: RunView, event: Event): void {
  keepNewest(events, light(event), EVENTS);
}

/** Without the bytes of a preview: ten thousand of them are more than a phone has. */
export function light(event: Event): Event {
  return event.type === "node.preview" ? { ...event, data: {} } : event;
}

/** A few more are let be for a while, since taking one from the front moves all. */
function keepNewest<T>(list: T[], one: T, atMost: number): void {
  list.push(one);
  if (list.length > atMost * 1.2) list.splice(0, list.length - atMost);
}

/** What was read of the log before what came since, which may overlap. */
export function joined<T extends { seq: number }>(earlier: readonly T[], since: readonly T[]): T[] {
  const first = since[0]?.seq ?? Infinity;
  return [...earlier.filter(({ seq }) => seq < first), ...since];
}
