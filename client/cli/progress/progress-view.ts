/** Shows a run's progress: as one redrawn line per node on a terminal, as quiet lines elsewhere. */
import type { WriteStream } from "node:tty";
import { plain } from "../text.ts";
import type { NodeRow, NodeRows } from "./node-rows.ts";

export interface ProgressView {
  /** Shows the rows as they are now; `changed` names the node that the last event was about. */
  show(rows: NodeRows, changed?: string): void;
  /** Says below the rows what is wrong with the connection, until it is said that nothing is. */
  note(text: string | undefined): void;
  /** Leaves the last state on the screen. */
  close(): void;
}

/** Milliseconds since 1970. */
type Now = () => number;

/** @param term the terminal's kind: one that calls itself dumb shows cursor movements as text */
export function openProgressView(output: WriteStream, now: Now, term: string | undefined): ProgressView {
  return output.isTTY && term !== "dumb" ? openTerminalView(output, now) : openLineView(output, now);
}

const MARKS: Readonly<Record<NodeRow["status"], string>> = {
  pending: "·",
  dispatched: "·",
  running: "▸",
  waiting: "?",
  retrying: "↻",
  succeeded: "✓",
  failed: "✗",
  skipped: "-",
  canceled: "-",
};
/** Widest and narrowest bar; the rest of a line is for the mark, the name and what follows the bar. */
const BAR = { widest: 24, narrowest: 4, rest: 36 };
const REDRAW_MS = 100;
/** Elsewhere nodes that take long say now and then how far they are. */
const REMIND_MS = 10_000;

function openTerminalView(output: WriteStream, now: Now): ProgressView {
  let rows: NodeRows = [];
  let note: string | undefined;
  let drawn = 0;
  const draw = (): void => {
    const up = drawn > 0 ? `\u001b[${drawn}A` : "";
    const columns = output.columns || 80;
    const texts = [...rows.map((row) => toLine(row, columns, now())), ...(note === undefined ? [] : [note])];
    const lines = texts.map((text) => `\u001b[2K${plain(text).slice(0, columns - 1)}\n`);
    // The last one erases a note that was below.
    output.write(`${up}${lines.join("")}\u001b[J`);
    drawn = lines.length;
  };
  // Also without events: the seconds of a running node go on.
  const timer = setInterval(draw, REDRAW_MS);
  return {
    show(next) {
      rows = next;
    },
    note(text) {
      note = text;
    },
    close() {
      clearInterval(timer);
      draw();
    },
  };
}

function openLineView(output: NodeJS.WritableStream, now: Now): ProgressView {
  const shown = new Map<string, NodeRow["status"]>();
  let running: NodeRows = [];
  let noted: string | undefined;
  const remind = (): void => {
    const long = ({ startedAt = Infinity }: NodeRow): boolean => now() - startedAt >= REMIND_MS;
    for (const row of running.filter(long)) {
      const percent = `${Math.round(row.share * 100)} %`;
      output.write(`  ${nameOf(row)}: ${["still running", percent, ...details(row, now())].join(", ")}\n`);
    }
  };
  const timer = setInterval(remind, REMIND_MS);
  return {
    show(rows, changed) {
      running = rows.filter(({ status }) => status === "running");
      const row = rows.find(({ nodeId }) => nodeId === changed);
      if (row === undefined || row.status === "dispatched" || shown.get(row.nodeId) === row.status) return;
      shown.set(row.nodeId, row.status);
      output.write(`  ${nameOf(row)}: ${[row.status, ...details(row, now())].join(", ")}\n`);
    },
    note(text) {
      if (text !== undefined && text !== noted) output.write(`  ${plain(text)}\n`);
      noted = text;
    },
    close() {
      clearInterval(timer);
    },
  };
}

/** `video 3 of 7` for one that is done once per element of a list. */
function nameOf({ nodeId, place }: NodeRow): string {
  return place === undefined
    ? nodeId
    : `${nodeId.slice(0, nodeId.lastIndexOf("."))} ${place.number} of ${place.of}`;
}

function toLine(row: NodeRow, columns: number, now: number): string {
  const width = Math.min(Math.max(columns - BAR.rest, BAR.narrowest), BAR.widest);
  const full = Math.round(row.share * width);
  const bar = "█".repeat(full) + "░".repeat(width - full);
  return `  ${MARKS[row.status]} ${nameOf(row).padEnd(10)} ${bar} ${details(row, now).join("  ")}`;
}

function details({ startedAt, endedAt, status, engine, problem }: NodeRow, now: number): string[] {
  const until = status === "running" ? now : endedAt;
  const seconds = startedAt !== undefined && until !== undefined ? (until - startedAt) / 1000 : undefined;
  const showsTime = seconds !== undefined && status !== "retrying";
  return [
    ...(showsTime ? [`${Math.max(seconds, 0).toFixed(1)} s`] : []),
    ...(engine === undefined ? [] : [engine]),
    ...(problem !== undefined && status !== "succeeded" ? [problem.replace(/\s+/g, " ")] : []),
  ];
}
