/** Time as an argument, so that tests need not wait and no module reads a clock of its own; clock.py is its twin. */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds from any beginning, which only grow: for measuring how long something takes. */
  elapsed(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Does the work once after `ms`; the answer calls it off. */
  after(ms: number, work: () => void): () => void;
}

/** More would be at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        callOff();
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const callOff = systemClock.after(ms, done);
      signal?.addEventListener("abort", done, { once: true });
    }),
  after(ms, work) {
    const timer = setTimeout(work, Math.min(ms, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/** The work has a signal that is aborted after `ms`. */
export async function withinMs<T>(
  clock: Clock,
  ms: number,
  work: (late: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const callOff = clock.after(ms, () => late.abort());
  try {
    return await work(late.signal);
  } finally {
    callOff();
  }
}

/** From 0 to below 1; not for secrets. */
export const systemRandom: () => number = Math.random;

/** ISO 8601 in UTC with milliseconds, as on the wire. */
export function toTimestamp(ms: number): string {
  if (!Number.isInteger(ms)) return new Date(ms).toISOString();
  const second = Math.floor(ms / 1000);
  const at = Math.abs(second % KEPT_SECONDS);
  let known = seconds[at];
  // Up to the dot: what is told at one time lies within few seconds.
  if (known?.second !== second) {
    known = { second, text: new Date(ms).toISOString().slice(0, -"000Z".length) };
    seconds[at] = known;
  }
  return `${known.text}${String(1000 + ms - 1000 * second).slice(1)}Z`;
}

/** A prime, so that times a day apart do not take one another's place. */
const KEPT_SECONDS = 61;
const seconds: { second: number; text: string }[] = [];
