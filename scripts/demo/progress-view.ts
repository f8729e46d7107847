/** Shows a run's progress: as one redrawn line per node on a terminal, as quiet lines elsewhere. */
import type { WriteStream } from "node:tty";
import type { NodeRow, NodeRows } from "./node-rows.ts";

export interface ProgressView {
  /** Shows the rows as they are now; `changed` names the node that the last event was about. */
  show(rows: NodeRows, changed?: string): void;
  /** Leaves the last state on the screen. */
  close(): void;
}

export function openProgressView(output: WriteStream): ProgressView {
  return output.isTTY ? openTerminalView(output) : openLineView(output);
}

const MARKS: Readonly<Record<NodeRow["status"], string>> = {
  pending: "·",
  dispatched: "·",
  running: "▸",
  retrying: "↻",
  succeeded: "✓",
  failed: "✗",
  skipped: "-",
  canceled: "-",
};
const BAR_WIDTH = 24;
const REDRAW_MS = 100;

function openTerminalView(output: WriteStream): ProgressView {
  let rows: NodeRows = [];
  let drawn = 0;
  const draw = (): void => {
    const up = drawn > 0 ? `\u001b[${drawn}A` : "";
    const lines = rows.map((row) => `\u001b[2K${toLine(row).slice(0, (output.columns || 80) - 1)}\n`);
    output.write(up + lines.join(""));
    drawn = rows.length;
  };
  // Also without events: the seconds of a running node go on.
  const timer = setInterval(draw, REDRAW_MS);
  return {
    show(next) {
      rows = next;
    },
    close() {
      clearInterval(timer);
      draw();
    },
  };
}

function openLineView(output: NodeJS.WritableStream): ProgressView {
  const shown = new Map<string, NodeRow["status"]>();
  return {
    show(rows, changed) {
      const row = rows.find(({ nodeId }) => nodeId === changed);
      if (row === undefined || row.status === "dispatched" || shown.get(row.nodeId) === row.status) return;
      shown.set(row.nodeId, row.status);
      output.write(`  ${row.nodeId}: ${[row.status, ...details(row)].join(", ")}\n`);
    },
    close() {},
  };
}

function toLine(row: NodeRow): string {
  const full = Math.round(row.share * BAR_WIDTH);
  const bar = "█".repeat(full) + "░".repeat(BAR_WIDTH - full);
  return `  ${MARKS[row.status]} ${row.nodeId.padEnd(10)} ${bar} ${details(row).join("  ")}`;
}

function details({ startedAt, endedAt, status, engine, problem }: NodeRow): string[] {
  const until = status === "running" ? Date.now() : endedAt;
  const seconds = startedAt !== undefined && until !== undefined ? (until - startedAt) / 1000 : undefined;
  const showsTime = seconds !== undefined && status !== "retrying";
  return [
    ...(showsTime ? [`${Math.max(seconds, 0).toFixed(1)} s`] : []),
    ...(engine === undefined ? [] : [engine]),
    ...(problem !== undefined && status !== "succeeded" ? [problem] : []),
  ];
}
