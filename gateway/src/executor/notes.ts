/**
 * What a task says about its nodes while they work, thinned out so that chatty handlers cost nothing; notes.py is
 * its twin.
 */
import { EXECUTOR } from "@myspinbot/contracts/wire.ts";
import type { Clock } from "../clock.ts";
import type { NodeLogData, NodeProgressData, NodeStartedData } from "@myspinbot/contracts/types.ts";
import type { ReportItem } from "@myspinbot/contracts/steps.ts";

export interface NotesOptions {
  add(item: ReportItem): void;
  /** Told how many log lines of a node were dropped, in the place of a line that says so. */
  onDropped?(node: string, count: number): void;
  clock: Clock;
}

export interface Notes {
  started(node: string, data: NodeStartedData): void;
  /** A few per second and task; the newest of each node wins. Numbers that make no sense are ignored. */
  progress(node: string, data: NodeProgressData): void;
  /** Some lines at once and then a few per second of a task; how many were dropped is said later, at the node's end at last. */
  log(node: string, data: NodeLogData): void;
  /** Lines were dropped before they came here. */
  dropped(node: string, count: number): void;
  /** Says what is still held back of a node, so that it comes before the node's end. */
  ended(node: string): void;
  stop(): void;
}

const { progress_gap_ms: PROGRESS_GAP_MS, log_burst: LOG_BURST } = EXECUTOR;

/** Handlers of extensions say what they like, and a note that does not fit its schema would be buried. */
const LEVELS: Partial<Record<string, NodeLogData["level"]>> = {
  ...{ debug: "debug", info: "info", warn: "warn", warning: "warn", error: "error" },
};

export function createNotes({ add, onDropped, clock }: NotesOptions): Notes {
  const latest = new Map<string, NodeProgressData>();
  let lastProgress = -Infinity;
  let callOff: (() => void) | undefined;
  let credit: number = LOG_BURST;
  let seen = clock.elapsed();
  const missing = new Map<string, number>();

  const say = (type: string, node: string, data: object) =>
    add({ kind: "note", node, type, body: JSON.stringify(data) });

  const drop = (node: string, count: number) => void missing.set(node, (missing.get(node) ?? 0) + count);

  const tellDropped = (node: string) => {
    const count = missing.get(node);
    missing.delete(node);
    if (!count) return;
    if (onDropped) onDropped(node, count);
    else say("node.log", node, { level: "warn", message: `${count} log lines were dropped` });
  };

  const sayProgress = (node: string) => {
    const data = latest.get(node);
    if (!data) return;
    latest.delete(node);
    lastProgress = clock.elapsed();
    say("node.progress", node, data);
  };

  /** Nodes take turns: each was put behind the others when it last spoke. */
  const nextProgress = () => {
    callOff = undefined;
    const [node] = latest.keys();
    if (node === undefined) return;
    const wait = lastProgress + PROGRESS_GAP_MS - clock.elapsed();
    if (wait <= 0) sayProgress(node);
    if (latest.size > 0) callOff = clock.after(wait <= 0 ? PROGRESS_GAP_MS : wait, nextProgress);
  };

  return {
    started: (node, data) => say("node.started", node, data),

    progress(node, { done, total, unit }) {
      if (!(done >= 0 && total >= 0 && Number.isFinite(done) && Number.isFinite(total))) return;
      latest.set(node, { done, total, unit: shorten(unit, EXECUTOR.unit_characters) });
      if (callOff === undefined) nextProgress();
    },

    log(node, { level, message }) {
      const now = clock.elapsed();
      credit = Math.min(LOG_BURST, credit + ((now - seen) / 1000) * EXECUTOR.log_lines_per_s);
      seen = now;
      if (credit < 1) return drop(node, 1);
      credit -= 1;
      tellDropped(node);
      const told = shorten(message, EXECUTOR.log_characters);
      say("node.log", node, { level: LEVELS[level] ?? "info", message: told });
    },

    dropped: drop,

    ended(node) {
      sayProgress(node);
      tellDropped(node);
    },

    stop() {
      callOff?.();
      latest.clear();
    },
  };
}

/** Cuts by code units; a surrogate that lost its partner would not be valid JSON for every reader. */
function shorten(text: string, limit: number): string {
  return String(text).slice(0, limit).toWellFormed();
}
