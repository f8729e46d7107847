/** How long the next task waits for a place. */
import { expect, it } from "vitest";
import { waitSeconds } from "./queue-wait.ts";

it.each([
  ["there is a place", { running: 0, slots: 2 }, 0, 10, 0],
  ["there is a place for one more behind those that wait", { running: 0, slots: 2 }, 1, 10, 0],
  ["all places are taken", { running: 2, slots: 2 }, 0, 10, 2.5],
  ["others come first", { running: 2, slots: 2 }, 4, 10, 22.5],
  ["one place, one before it", { running: 1, slots: 1 }, 1, 10, 15],
  ["nobody knows how long tasks take", { running: 1, slots: 1 }, 0, undefined, undefined],
  ["nobody is there", { running: 0, slots: 0 }, 0, 10, undefined],
] as const)("where %s", (_, state, ahead, usual, seconds) => {
  expect(waitSeconds({ waiting: ahead, ...state }, ahead, usual)).toBe(seconds);
});
