import { describe, expect, it } from "vitest";
import { readCursor, toCursor } from "./cursor.ts";

const place = { at: 1763829000123, run: "run_s0_01J8ZQ5J3QK2N6S7T8V9W0X1Y2" };

describe("cursors", () => {
  it("come back as they were", () => {
    expect(readCursor(toCursor(place))).toEqual(place);
  });

  it.each([
    "",
    "x",
    "%%%",
    btoa("1 run_s0_x"),
    btoa("x run_s0_01J8ZQ5J3QK2N6S7T8V9W0X1Y2"),
    btoa(`1 ${place.run} 2`),
  ])("refuse %j", (text) => {
    expect(() => readCursor(text)).toThrow(/cursor/);
  });
});
