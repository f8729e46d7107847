/**
 * The line of things that one task says: numbered 1, 2, 3 ..., sent in batches, one call in flight; reports.py is
 * its twin.
 */
import { EXECUTOR } from "@myspinbot/contracts/wire.ts";
import type { Clock } from "../clock.ts";
import type { Backoff } from "./backoff.ts";
import type { ReportItem } from "@myspinbot/contracts/steps.ts";
import type { Batch } from "./steps.ts";

export interface ReportsOptions {
  /** Sends one batch; may be called again with the same numbers after it failed. */
  send(batch: Batch): Promise<"ok" | "cancel" | "closed">;
  /** Called when an answer says that the task shall stop or is over. */
  onStop(answer: "cancel" | "closed"): void;
  onFailure(error: unknown): void;
  backoff: Backoff;
  clock: Clock;
}

export interface Reports {
  /** Queues an item; a short time later it is sent, with what came meanwhile. */
  add(item: ReportItem): void;
  /** Sends what is queued as soon as no call is in flight. */
  flush(): void;
  /** Sends what is queued; resolves when Redis has taken it, or when nothing is sent any more. */
  told(): Promise<void>;
  /** Ends sending and answers what Redis has not confirmed: it travels with the settle. */
  close(): Promise<Batch>;
}

export function createReports(options: ReportsOptions): Reports {
  const { send, onStop, onFailure, backoff, clock } = options;
  const waiting: ReportItem[] = [];
  const listeners = new Set<{ upTo: number; resolve(): void }>();
  let first = 1;
  let closed = false;
  let inFlight: Promise<void> | null = null;
  let callOff: (() => void) | undefined;

  const flushIn = (ms: number) => {
    callOff ??= clock.after(ms, () => {
      callOff = undefined;
      flush();
    });
  };
  const cancelTimer = () => {
    callOff?.();
    callOff = undefined;
  };

  const tell = (before: number) => {
    for (const listener of [...listeners].filter(({ upTo }) => upTo < before)) {
      listeners.delete(listener);
      listener.resolve();
    }
  };

  /** Answers whether the call was answered. A batch that failed keeps its numbers and is sent again with what came since. */
  async function sendWaiting(): Promise<boolean> {
    const items = waiting.slice(0, lengthOfBatch(waiting));
    try {
      const answer = await send({ first, items });
      waiting.splice(0, items.length);
      first += items.length;
      backoff.reset();
      if (answer !== "ok") onStop(answer);
      tell(first);
      return true;
    } catch (error) {
      onFailure(error);
      return false;
    }
  }

  function flush(): void {
    if (closed || inFlight || waiting.length === 0) return;
    cancelTimer();
    inFlight = sendWaiting().then((answered) => {
      inFlight = null;
      if (answered) flush();
      else if (!closed) flushIn(backoff.next());
    });
  }

  return {
    add(item) {
      if (closed) return;
      waiting.push(item);
      if (!inFlight) flushIn(EXECUTOR.note_hold_ms);
    },
    flush,
    told() {
      if (closed) return Promise.resolve();
      flush();
      return new Promise((resolve) => void listeners.add({ upTo: first + waiting.length - 1, resolve }));
    },
    async close() {
      closed = true;
      cancelTimer();
      await inFlight;
      tell(Infinity);
      return { first, items: waiting };
    },
  };
}

/** How many of the items one call takes: the server does nothing else meanwhile. At least one. */
function lengthOfBatch(items: readonly ReportItem[]): number {
  const encoder = new TextEncoder();
  let bytes = 0;
  const tooMuch = items.findIndex(({ body }) => {
    bytes += encoder.encode(body).length;
    return bytes > EXECUTOR.report_bytes;
  });
  return tooMuch < 0 ? items.length : Math.max(1, tooMuch);
}
