import { describe, expect, it } from "vitest";
import { onAverage, quickest, RTTS, slopeBy } from "../lib/slope.ts";
import { turnaroundsOf, type Cells } from "./slope.ts";

/** A server that takes 2 ms and so many round trips for each of ten requests; round trips take longer than was set. */
function cellsOf(trips: readonly number[]): Cells {
  return RTTS.map((set) => {
    const rtt = 1.05 * set + 0.4;
    return {
      rtts: trips.map(() => rtt),
      ms: trips.map((count) => 2 + count * rtt),
      turnarounds: onAverage(trips),
    };
  });
}
const ONE = Array<number>(10).fill(1);

describe("the slope of requests on round trips", () => {
  it("is the number of round trips, however long these really were", () => {
    expect(slopeBy(quickest)([cellsOf(ONE)])).toBeCloseTo(1);
    expect(slopeBy(quickest)([cellsOf(ONE.map(() => 2))])).toBeCloseTo(2);
  });

  it("tells of what only some requests wait for on average and by the count", () => {
    const some = [cellsOf(ONE.with(3, 2))];
    expect(slopeBy(onAverage)(some)).toBeCloseTo(1.1);
    expect(turnaroundsOf(some)).toBeCloseTo(1.1);
    expect(slopeBy(quickest)(some)).toBeCloseTo(1);
  });
});
