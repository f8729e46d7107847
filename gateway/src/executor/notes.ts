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
  /** At most twenty lines per second and task; the next line says how many were left out. */
  log(node: string, data: NodeLogData): void;
  /** Says a node's last progress if it is still held back, so that it comes before the node's end. */
  ended(node: string): void;
  stop(): void;
}

const PROGRESS_GAP_MS = 200;
const LOG_WINDOW_MS = 1000;
const LOGS_PER_WINDOW = 20;
const MAX_MESSAGE = 4000;
const MAX_UNIT = 32;

export function createNotes({ add, clock }: NotesOptions): Notes {
  const latest = new Map<string, NodeProgressData>();
  let lastProgress = -Infinity;
  let callOff: (() => void) | undefined;
  let windowStart = -Infinity;
  let logs = 0;
  let leftOut = 0;

  const say = (type: string, node: string, data: object) =>
    add({ kind: "note", node, type, body: JSON.stringify(data) });

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
      if (clock.elapsed() - windowStart >= LOG_WINDOW_MS) {
        windowStart = clock.elapsed();
        logs = 0;
      }
      logs += 1;
      if (logs > LOGS_PER_WINDOW) {
        leftOut += 1;
        return;
      }
      const before = leftOut > 0 ? `(${leftOut} lines left out) ` : "";
      leftOut = 0;
      say("node.log", node, { level, message: shorten(before + message, MAX_MESSAGE) });
    },

    ended: sayProgress,

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
