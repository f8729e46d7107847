import { expect, it } from "vitest";
import { inOrder } from "./order.ts";

const order = (...nodes: [id: string, ...sources: string[]][]) => {
  const { order, rest } = inOrder(
    nodes,
    ([id]) => id,
    ([, ...sources]) => sources,
  );
  return [order.map(([id]) => id).join(""), rest.map(([id]) => id).join("")];
};

it("puts each behind what it waits for, and leaves the rest as it came", () => {
  expect(order(["c", "b"], ["b", "a"], ["a"], ["d"])).toEqual(["adbc", ""]);
});

it("leaves what is on a cycle, behind one, or waits for a stranger", () => {
  expect(order(["a"], ["b", "c"], ["c", "b"], ["d", "c"], ["e", "x"], ["f", "a"])).toEqual(["af", "bcde"]);
});
