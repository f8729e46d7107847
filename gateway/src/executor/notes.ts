/**
 * What a task says about its nodes while they work, thinned out so that chatty handlers cost nothing; notes.py is
 * its twin.
 */
import type { Clock } from "../clock.ts";
import type { NodeLogData, NodeProgressData, NodeStartedData } from "@myspinbot/contracts/types.ts";
import type { ReportItem } from "@myspinbot/contracts/steps.ts";

export interface NotesOptions {
  add(item: ReportItem): void;
  clock: Clock;
}

export interface Notes {
  started(node: string, data: NodeStartedData): void;
  /** At most five per second and task; the newest of each node wins. Numbers that make no sense are ignored. */
  progress(node: string, data: NodeProgressData): void;
  /** At most fifty lines at once and ten per second of a task; how many were dropped is said later, at the node's end at last. */
  log(node: string, data: NodeLogData): void;
  /** Says what is still held back of a node, so that it comes before the node's end. */
  ended(node: string): void;
  stop(): void;
}

const PROGRESS_GAP_MS = 200;
/** A handler's thread thins its lines out, too: what it dropped is added to what is dropped here. */
const DROPPED = /^(\d{1,9}) log lines were dropped$/;
const LOG_BURST = 50;
const LOG_LINES_PER_S = 10;
const MAX_MESSAGE = 4000;
const MAX_UNIT = 32;

/** Handlers of extensions say what they like, and a note that does not fit its schema would be buried. */
const LEVELS: Partial<Record<string, NodeLogData["level"]>> = {
  ...{ debug: "debug", info: "info", warn: "warn", warning: "warn", error: "error" },
};

export function createNotes({ add, clock }: NotesOptions): Notes {
  const latest = new Map<string, NodeProgressData>();
  let lastProgress = -Infinity;
  let callOff: (() => void) | undefined;
  let credit = LOG_BURST;
  let seen = clock.elapsed();
  const dropped = new Map<string, number>();

  const say = (type: string, node: string, data: object) =>
    add({ kind: "note", node, type, body: JSON.stringify(data) });

  const tellDropped = (node: string) => {
    const count = dropped.get(node);
    dropped.delete(node);
    if (count) say("node.log", node, { level: "warn", message: `${count} log lines were dropped` });
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
      latest.set(node, { done, total, unit: shorten(unit, MAX_UNIT) });
      if (callOff === undefined) nextProgress();
    },

    log(node, { level, message }) {
      const there = DROPPED.exec(message)?.[1];
      if (there !== undefined) return void dropped.set(node, (dropped.get(node) ?? 0) + Number(there));
      const now = clock.elapsed();
      credit = Math.min(LOG_BURST, credit + ((now - seen) / 1000) * LOG_LINES_PER_S);
      seen = now;
      if (credit < 1) return void dropped.set(node, (dropped.get(node) ?? 0) + 1);
      credit -= 1;
      tellDropped(node);
      say("node.log", node, { level: LEVELS[level] ?? "info", message: shorten(message, MAX_MESSAGE) });
    },

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
