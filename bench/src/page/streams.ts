/** Streams of a run's events as a gateway sends them, for a page that is measured. */
import type { Run } from "@myspinbot/contracts/types.ts";

/** Each hundredth event is a preview of so many letters, as boxes send them. */
const PREVIEW_LETTERS = 30_000;

export function snapshotFrame(run: Run): string {
  return frame(0, "snapshot", { seq: 0, run: { ...run, status: "running" } });
}

/** What a busy node says: how far it is, lines, and now and then a picture; each by its number. */
export function busyFrames(run: Run, from: number, count: number): string {
  return Array.from({ length: count }, (_, i) => busy(run, from + i)).join("");
}

export function lastFrame(run: Run, seq: number): string {
  return eventFrame(run, seq, "run.canceled", {});
}

function busy(run: Run, seq: number): string {
  if (seq % 100 === 0)
    return eventFrame(run, seq, "node.preview", {
      ...{ media_type: "image/png", base64: String(seq).padStart(PREVIEW_LETTERS, "A") },
    });
  return seq % 2 === 0
    ? eventFrame(run, seq, "node.progress", { done: seq, total: 1e6, unit: "frames" })
    : eventFrame(run, seq, "node.log", { level: "info", message: `Frame ${seq} was drawn.` });
}

function eventFrame(run: Run, seq: number, type: string, data: object): string {
  return frame(seq, type, {
    ...{ seq, type, run_id: run.run_id, at: run.created_at, data },
    ...(type.startsWith("node.") ? { node_id: run.nodes[0]!.node_id } : {}),
  });
}

function frame(seq: number, type: string, data: object): string {
  return `id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
