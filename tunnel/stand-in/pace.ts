/** Hands chunks on in order, each not before its time: a wire with a length and a width. */
import type { Manners } from "./manners.ts";

export interface Pace {
  push(chunk: Buffer): void;
  /** Nothing comes through until `resume`. */
  stall(): void;
  resume(): void;
  /** Bytes that wait. */
  readonly waiting: number;
}

/** Timers fire up to a millisecond late, so the end of a delay is waited for in a loop. */
const SPIN_MS = 1.5;

export function createPace(
  manners: Pick<Manners, "delayMs" | "bytesPerSecond">,
  deliver: (chunk: Buffer) => void,
): Pace {
  const queue: { due: number; chunk: Buffer }[] = [];
  let isRunning = false;
  let isStalled = false;
  let freeAt = 0;
  let waiting = 0;

  const run = (): void => {
    const next = queue[0];
    isRunning = next !== undefined && !isStalled;
    if (next === undefined || isStalled) return;
    const left = next.due - performance.now();
    if (left > SPIN_MS) setTimeout(run, left - SPIN_MS);
    else if (left > 0) setImmediate(run);
    else {
      queue.shift();
      waiting -= next.chunk.length;
      deliver(next.chunk);
      run();
    }
  };

  return {
    push(chunk) {
      const { delayMs, bytesPerSecond } = manners;
      if (delayMs === 0 && bytesPerSecond === 0 && !isStalled && queue.length === 0) {
        deliver(chunk);
        return;
      }
      const now = performance.now();
      freeAt = Math.max(freeAt, now) + (bytesPerSecond > 0 ? (chunk.length * 1000) / bytesPerSecond : 0);
      queue.push({ due: (bytesPerSecond > 0 ? freeAt : now) + delayMs, chunk });
      waiting += chunk.length;
      if (!isRunning) run();
    },
    stall() {
      isStalled = true;
    },
    resume() {
      isStalled = false;
      if (!isRunning) run();
    },
    get waiting() {
      return waiting;
    },
  };
}
