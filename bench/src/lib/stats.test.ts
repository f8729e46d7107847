import { describe, expect, it } from "vitest";
import { bootstrap, fitLine, median, pairedRatio, quantile } from "./stats.ts";

describe("statistics of paired rounds", () => {
  it("interpolates quantiles", () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(quantile([1, 2, 3, 4, 5], 0.25)).toBe(2);
  });

  it("cancels what slows both sides of a round", () => {
    const b = [10, 20, 11, 50, 9, 10, 30, 12, 10];
    const ratio = pairedRatio(
      b.map((value) => value * 2),
      b,
    );
    expect(ratio).toEqual({ median: 2, low: 2, high: 2 });
  });

  it("holds the median inside its interval, the same one each time", () => {
    const values = [1, 1.1, 0.9, 1.2, 1, 1.05, 0.95, 1, 1.3];
    const first = bootstrap(values, median);
    expect(first.low).toBeLessThanOrEqual(1);
    expect(first.high).toBeGreaterThanOrEqual(1);
    expect(bootstrap(values, median)).toEqual(first);
  });

  it("finds the slope of a line", () => {
    const line = fitLine([
      [0, 3],
      [20, 13],
      [40, 23],
    ]);
    expect(line.slope).toBeCloseTo(0.5);
    expect(line.intercept).toBeCloseTo(3);
  });
});
