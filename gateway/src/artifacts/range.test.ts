import { describe, expect, it } from "vitest";
import { readRange } from "./range.ts";

const part = (first: number, last: number) => ({ kind: "part", first, last });

describe("readRange", () => {
  it.each([
    [undefined, 10, { kind: "all" }],
    ["bytes=0-3", 10, part(0, 3)],
    ["BYTES=0-3", 10, part(0, 3)],
    ["bytes=4-", 10, part(4, 9)],
    ["bytes=4-99", 10, part(4, 9)],
    ["bytes=-3", 10, part(7, 9)],
    ["bytes=-99", 10, part(0, 9)],
    ["bytes=9-9", 10, part(9, 9)],
    ["bytes=10-", 10, { kind: "unsatisfiable" }],
    ["bytes=-0", 10, { kind: "unsatisfiable" }],
    ["bytes=0-", 0, { kind: "unsatisfiable" }],
    ["bytes=5-3", 10, { kind: "all" }],
    ["bytes=0-1,3-4", 10, { kind: "all" }],
    ["lines=0-1", 10, { kind: "all" }],
    ["bytes=-", 10, { kind: "all" }],
    ["bytes=a-b", 10, { kind: "all" }],
  ])("reads %j of %i bytes", (header, size, expected) => {
    expect(readRange(header, size)).toEqual(expected);
  });
});
