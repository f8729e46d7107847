/** Waiting between attempts that failed because Redis did not answer; backoff.py is its twin. */

export interface Backoff {
  /** Milliseconds until the next attempt: 50 doubling to 1,000, with jitter so that executors do not come together. */
  next(): number;
  reset(): void;
}

const FIRST_MS = 50;
const LONGEST_MS = 1000;

/** `random` answers numbers from 0 to below 1. */
export function createBackoff(random: () => number): Backoff {
  let failures = 0;
  return {
    next() {
      const full = Math.min(FIRST_MS * 2 ** failures, LONGEST_MS);
      failures += 1;
      return full * (0.5 + random() / 2);
    },
    reset() {
      failures = 0;
    },
  };
}
