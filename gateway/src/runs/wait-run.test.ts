import { describe, expect, it } from "vitest";
import { preferredWait } from "./wait-run.ts";

describe("preferredWait", () => {
  it.each([
    ["wait=5", 5],
    ["respond-async, wait=10", 10],
    ["wait = 7; foo", 7],
    ['wait="3"', 3],
    ["wait=600", 60],
    ["wait=999999", 60],
    ["wait=9999999", 60],
    [`wait=${"9".repeat(400)}`, 60],
    ["wait=0060", 60],
    ["wait=0", 0],
    ["wait=5, wait=9", 5],
    ["wait=soon, wait=9", undefined],
    ["wait=5;strict", 5],
    ["WAIT=5 ; a=b , c", 5],
    ['note="say, wait=3", wait=4', 4],
    ['note="a \\", wait=3", wait=4', 4],
    ['note="wait=3', undefined],
    ["wait=-1", undefined],
    ["wait=1.5", undefined],
    ["wait=1e3", undefined],
    ["wait=5s", undefined],
    ["wait=", undefined],
    ["wait", undefined],
    ["wait=5 6", undefined],
    ['wait=""', undefined],
    ["x-wait=5", undefined],
    [`${'"'.repeat(20_000)}`, undefined],
    [`${"a,".repeat(10_000)}wait=2`, 2],
    ["Wait=2", 2],
    ["awaiting=5", undefined],
    ["wait=soon", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("reads %j", (header, seconds) => {
    expect(preferredWait(header)).toBe(seconds);
  });
});
