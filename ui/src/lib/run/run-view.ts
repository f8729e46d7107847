/** What the page knows of a run, as plain objects. */
import type { Artifact, Problem, Run, RunNode } from "@myspinbot/contracts/types.ts";
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
  gaps: { from: number; to: number }[];
}

const LOG_LINES = 5000;

/** Keeps the newest lines. */
export function addLog(view: RunView, line: LogLine): void {
  view.logs.push(line);
  if (view.logs.length > LOG_LINES * 1.2) view.logs.splice(0, view.logs.length - LOG_LINES);
}
