/** What the stream of a run's events is made of, read from server-sent events. */
import type { Event, Run } from "@myspinbot/contracts/types.ts";
import { TERMINAL_RUN_STATUSES } from "@myspinbot/contracts/wire.ts";
import { createParser } from "eventsource-parser";
import { readChunks, type ReadOptions } from "./chunks.ts";
import { NetworkError } from "./errors.ts";

/** `snapshot` and `gap` are no events of the log; `seq` is the number from which the stream goes on. */
export type Frame =
  | { kind: "event"; seq: number; event: Event }
  | { kind: "snapshot"; seq: number; run: Run }
  /** The events `from` to `to` are not there any more. */
  | { kind: "gap"; seq: number; from: number; to: number };

/** What a stream tells besides frames. */
export type Sign = { kind: "alive" } | { kind: "retry"; ms: number };

/** A snapshot holds a whole run; nothing of the API is larger. */
const LARGEST_FRAME = 16 * 1024 * 1024;
const TERMINAL: ReadonlySet<string> = new Set(TERMINAL_RUN_STATUSES);

/** The stream holds what is no frame; asking again may help. */
export class MalformedStream extends NetworkError {}

/** @throws MalformedStream; NetworkError when the stream breaks off or falls silent; the signal's reason */
export async function* readFrames(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  options: ReadOptions,
): AsyncGenerator<Frame | Sign> {
  const ready: (Frame | Sign)[] = [];
  let broken: MalformedStream | undefined;
  const parser = createParser({
    maxBufferSize: LARGEST_FRAME,
    onEvent: (message) => {
      // What comes after something unreadable would leave a hole.
      if (broken) return;
      const frame = toFrame(message);
      if (frame === "malformed") broken = new MalformedStream("The stream of events holds what is none.");
      else if (frame) ready.push(frame);
    },
    onComment: () => ready.push({ kind: "alive" }),
    onRetry: (ms) => ready.push({ kind: "retry", ms }),
    // Lines that it does not know are skipped, as the standard wants it.
    onError: ({ type }) => {
      if (type === "max-buffer-size-exceeded")
        broken ??= new MalformedStream("The stream of events holds a frame without an end.");
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of readChunks(body, options)) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* ready.splice(0);
    if (broken) throw broken;
  }
}

/** @returns whether nothing follows */
export function isLast(frame: Frame): boolean {
  switch (frame.kind) {
    case "event":
      return TERMINAL.has(frame.event.type.replace(/^run\./, "")) && frame.event.type.startsWith("run.");
    case "snapshot":
      return isTerminal(frame.run);
    case "gap":
      return false;
  }
}

/** @returns whether a run has ended */
export function isTerminal({ status }: Pick<Run, "status">): boolean {
  return TERMINAL.has(status);
}

interface Message {
  id?: string | undefined;
  event?: string | undefined;
  data: string;
}

/** @returns undefined for a kind of frame that only a newer server knows */
function toFrame({ id, event, data }: Message): Frame | "malformed" | undefined {
  const value = parse(data);
  if (value === undefined) return "malformed";
  if (event === "snapshot") {
    const { seq, run } = value as { seq: number; run?: Run };
    return isSeq(seq) && typeof run?.status === "string" ? { kind: "snapshot", seq, run } : "malformed";
  }
  if (event === "gap") {
    const { from, to } = value as { from: number; to: number };
    const seq = Number(id);
    return [seq, from, to].every(isSeq) ? { kind: "gap", seq, from, to } : "malformed";
  }
  const { seq, type } = value as { seq?: number; type?: string };
  if (seq === undefined && id === undefined) return undefined;
  if (!isSeq(seq) || typeof type !== "string") return "malformed";
  return { kind: "event", seq, event: value as unknown as Event };
}

function parse(data: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isSeq(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
