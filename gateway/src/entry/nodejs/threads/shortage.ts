/**
 * Tells when a pool lacks threads. Where calls come and go, another thread, which takes time to start and memory to
 * keep, would cost more than it brings; where calls stand still, or one waits long, it is missing.
 */
import type { Clock } from "../../../clock.ts";

/** So long, and as long as a start took, nobody who waits is served before another thread is started. */
const SPARE_MS = { least: 25, most: 100 };
/** Who waited so long gets another thread although others are served. */
const LONG_MS = 500;

export interface Shortage {
  /** Looks at those who wait until nobody does. */
  watch(): void;
  served(): void;
  /** How long the last start took. */
  started(ms: number): void;
}

export interface ShortageOptions {
  clock: Clock;
  /** Since when the first waits, if anybody does and a thread more is allowed. */
  since(): number | undefined;
  /** `still`: nobody is served; `slow`: somebody waits long. */
  missing(how: "still" | "slow"): void;
}

export function createShortage({ clock, since, missing }: ShortageOptions): Shortage {
  let watched = false;
  let count = 0;
  let startMs = 0;

  const look = (before: number) => {
    watched = false;
    const first = since();
    if (first !== undefined && count === before) missing("still");
    else if (first !== undefined && clock.elapsed() - first > LONG_MS) missing("slow");
    watch();
  };
  const watch = () => {
    if (watched || since() === undefined) return;
    watched = true;
    const before = count;
    // What came while this thread was busy is heard first.
    const soon = () => setImmediate(look, before);
    clock.after(Math.max(SPARE_MS.least, Math.min(startMs, SPARE_MS.most)), soon);
  };
  return {
    watch,
    served: () => void (count += 1),
    started: (ms) => void (startMs = ms),
  };
}
