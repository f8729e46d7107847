/** The schedule of deliveries, with a clock that only it moves. */
import fc from "fast-check";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { describe, expect, it } from "vitest";
import { PAUSES_MS, pauseAfter } from "./schedule.ts";

const HOUR = 3_600_000;
/** When each attempt is made, if all fail at once. */
function attemptsWith(random: () => number, askedMs = 0): number[] {
  const at = [0];
  for (let made = 1; made < DEFAULTS.webhook_attempts; made += 1)
    at.push(at.at(-1)! + pauseAfter(made, askedMs, random));
  return at;
}

describe("the schedule", () => {
  it("has a pause before each of its attempts", () => {
    expect(PAUSES_MS).toHaveLength(DEFAULTS.webhook_attempts);
  });

  it("is 0, 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h in the middle of its jitter: about three days", () => {
    const pauses = attemptsWith(() => 0.5).map((at, i, all) => at - (all[i - 1] ?? 0));
    expect(pauses).toEqual([0, 5000, 300_000, 1_800_000, ...[2, 5, 10, 14, 20, 24].map((h) => h * HOUR)]);
    expect(attemptsWith(() => 0.5).at(-1)! / HOUR).toBeCloseTo(75.6, 1);
  });

  it("differs by a tenth at most, and is spread over all of it", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 11 }),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (made, r) => {
          const planned = PAUSES_MS[Math.min(made, 9)]!;
          const pause = pauseAfter(made, 0, () => r);
          expect(pause).toBeGreaterThanOrEqual(Math.floor(planned * 0.9));
          expect(pause).toBeLessThanOrEqual(Math.ceil(planned * 1.1));
        },
      ),
    );
    expect([pauseAfter(1, 0, () => 0), pauseAfter(1, 0, () => 0.9999)]).toEqual([4500, 5500]);
  });

  it("waits as long as a receiver asks, but not for more than a day, and never less than planned", () => {
    const middle = (): number => 0.5;
    expect(pauseAfter(1, 60_000, middle)).toBe(60_000);
    expect(pauseAfter(1, 1000, middle)).toBe(5000);
    expect(pauseAfter(1, 1e12, middle)).toBe(24 * HOUR);
    expect(pauseAfter(1, Infinity, middle)).toBe(24 * HOUR);
  });
});
