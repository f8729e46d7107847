/** Writes frames as server-sent events, no faster than the client reads them. */
import type { Clock } from "../clock.ts";
import type { Frame } from "./follow-run.ts";

/** What may wait for a client; a slower one reads the log later instead. */
const BUFFER_BYTES = 65536;
/** A client that takes nothing for so long is gone or stuck; it may come back with its Last-Event-ID. */
const STALL_MS = 30_000;

export interface SseOptions {
  /** Follows the run until the signal. */
  frames: (signal: AbortSignal) => AsyncGenerator<Frame>;
  /** The request's own signal; aborting and canceling the body mean the same. */
  signal: AbortSignal;
  clock: Clock;
  random: () => number;
  /** Called once with the reason when following failed. */
  onError: (error: unknown) => void;
  onClose: () => void;
  stallMs?: number;
}

const encoder = new TextEncoder();

export function sseStream(options: SseOptions): ReadableStream<Uint8Array> {
  const { clock, random, onError, stallMs = STALL_MS } = options;
  const stop = new AbortController();
  const frames = options.frames(stop.signal);
  let unstall = (): void => {};
  // Part of the first event, for the same reason.
  let retry = `retry: ${1000 + Math.round(random() * 2000)}\n`;
  let over = false;
  let canceled = false;
  const finish = () => {
    if (over) return;
    over = true;
    unstall();
    stop.abort();
    // Paused for a slow client it would never see the signal.
    void frames.return(undefined);
    options.onClose();
  };
  const close = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    finish();
    if (!canceled) controller.close();
  };
  // A request that is aborted may never pull or cancel its body.
  options.signal.addEventListener("abort", finish, { once: true });

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        // Sends the head of the answer off. No empty line ends a comment here: some readers take that for an event.
        controller.enqueue(encoder.encode(": events of a run\n"));
        if (options.signal.aborted) finish();
      },
      async pull(controller) {
        unstall();
        try {
          const step = await frames.next();
          if (step.done || over) return close(controller);
          controller.enqueue(encoder.encode(toText(step.value, retry)));
          if (step.value.kind !== "heartbeat") retry = "";
        } catch (error) {
          // The client sees a plain end and comes back; what went wrong is for the log.
          if (!over) onError(error);
          return close(controller);
        }
        if ((controller.desiredSize ?? 0) <= 0) {
          unstall = clock.after(stallMs, () => close(controller));
        }
      },
      cancel() {
        canceled = true;
        finish();
      },
    },
    { highWaterMark: BUFFER_BYTES, size: (chunk) => chunk?.byteLength ?? 0 },
  );
}

function toText(frame: Frame, retry: string): string {
  switch (frame.kind) {
    case "heartbeat":
      return ": still here\n";
    case "event":
      return retry + block(frame.event.seq, frame.event.type, frame.event);
    case "snapshot":
      return retry + block(frame.seq, "snapshot", { seq: frame.seq, run: frame.run });
    case "gap":
      return retry + block(frame.seq, "gap", { from: frame.from, to: frame.to });
  }
}

/** JSON has no line breaks, and a type that came from a box must not add any. */
function block(id: number, type: string, data: unknown): string {
  return `id: ${id}\nevent: ${type.replaceAll(/[\r\n]/g, " ")}\ndata: ${JSON.stringify(data)}\n\n`;
}
