/** Time as an argument, so that tests need not wait and no module reads a clock of its own. */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds from any beginning, which only grow: for measuring how long something takes. */
  elapsed(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener("abort", done, { once: true });
    }),
};

/** From 0 to below 1; not for secrets. */
export const systemRandom: () => number = Math.random;

/** ISO 8601 in UTC with milliseconds, as on the wire. */
export function toTimestamp(ms: number): string {
  return new Date(ms).toISOString();
}
