import { expect, it } from "vitest";
import { indexOf } from "./place.ts";

it.each([
  [[], 1, undefined],
  [[4], 4, 0],
  [[4], 3, undefined],
  [[4], 5, undefined],
  [[1, 2, 5, 9], 1, 0],
  [[1, 2, 5, 9], 5, 2],
  [[1, 2, 5, 9], 9, 3],
  [[1, 2, 5, 9], 4, undefined],
] as [number[], number, number | undefined][])("of rows %j number %i is at %s", (numbers, seq, at) => {
  expect(
    indexOf(
      numbers.map((each) => ({ seq: each })),
      seq,
    ),
  ).toBe(at);
});
