import { describe, expect, it } from "vitest";
import { preferredWait } from "./wait-run.ts";

describe("preferredWait", () => {
  it.each([
    ["wait=5", 5],
    ["respond-async, wait=10", 10],
    ["wait = 7; foo", 7],
    ['wait="3"', 3],
    ["wait=600", 60],
    ["wait=0", 0],
    ["Wait=2", 2],
    ["awaiting=5", undefined],
    ["wait=soon", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("reads %j", (header, seconds) => {
    expect(preferredWait(header)).toBe(seconds);
  });
});
