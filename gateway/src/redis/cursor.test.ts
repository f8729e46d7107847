import { describe, expect, it } from "vitest";
import { isRunId } from "../run-id.ts";
import { readCursor, toCursor } from "./cursor.ts";

const place = { at: 1763829000123, id: "run_s0_01J8ZQ5J3QK2N6S7T8V9W0X1Y2" };

describe("cursors", () => {
  it("come back as they were", () => {
    expect(readCursor(toCursor(place), isRunId)).toEqual(place);
  });

  it.each([
    "",
    "x",
    "%%%",
    btoa("1 run_s0_x"),
    btoa("x run_s0_01J8ZQ5J3QK2N6S7T8V9W0X1Y2"),
    btoa(`1 ${place.id} 2`),
  ])("refuse %j", (text) => {
    expect(() => readCursor(text, isRunId)).toThrow(/cursor/);
  });
});
