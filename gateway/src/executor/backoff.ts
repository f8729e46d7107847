/** Waiting between attempts that failed because Redis did not answer; backoff.py is its twin. */
import { EXECUTOR } from "@myspinbot/contracts/wire.ts";

export interface Backoff {
  /** Milliseconds until the next attempt: doubling, with jitter so that executors do not come together. */
  next(): number;
  reset(): void;
}

/** `random` answers numbers from 0 to below 1. */
export function createBackoff(random: () => number): Backoff {
  let failures = 0;
  return {
    next() {
      const full = Math.min(EXECUTOR.backoff_ms * 2 ** failures, EXECUTOR.backoff_max_ms);
      failures += 1;
      return full * (0.5 + random() / 2);
    },
    reset() {
      failures = 0;
    },
  };
}
