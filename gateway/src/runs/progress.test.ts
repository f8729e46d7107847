import type { RunNode } from "@myspinbot/contracts/types.ts";
import { describe, expect, it } from "vitest";
import { toProgress } from "./progress.ts";

function node(node_id: string, status: RunNode["status"], done?: number): RunNode {
  return {
    node_id,
    type: "t",
    plane: "node",
    status,
    attempt: 1,
    ...(done === undefined ? {} : { progress: { done, total: 10, unit: "frames" } }),
  };
}

describe("toProgress", () => {
  it("is the weighted sum of what ended and what is under way", () => {
    const nodes = [node("a", "succeeded"), node("b", "running", 5), node("c", "pending")];
    expect(toProgress("running", nodes, { weights: { a: 1, b: 2, c: 7 } })).toEqual({
      percent: 20,
      node: "b",
    });
  });

  it("counts skipped nodes as done and failed ones as not", () => {
    expect(toProgress("failed", [node("a", "skipped"), node("b", "failed", 9)], { weights: {} })).toEqual({
      percent: 50,
    });
  });

  it("counts a failure that the run goes on from as done, so that percents never go back", () => {
    const nodes = [node("a", "failed"), node("b", "running", 5)];
    expect(toProgress("running", nodes, { weights: {} })).toEqual({ percent: 75, node: "b" });
    const ended = [node("a", "failed"), node("b", "failed")];
    expect(toProgress("failed", ended, { weights: {}, culprit: "b" })).toEqual({ percent: 50 });
  });

  it("counts who lost a race as done, also when its run fails, and who was cut off as not", () => {
    const loser: RunNode = { ...node("a", "canceled"), reason: "race" };
    const calledBack: RunNode = { ...node("a", "running", 5), reason: "race" };
    for (const each of [loser, calledBack])
      expect(toProgress("running", [each, node("b", "pending")], { weights: {} }).percent).toBe(50);
    const cut: RunNode = { ...node("c", "canceled"), reason: "run" };
    const ended = [loser, node("b", "failed"), cut, node("d", "succeeded")];
    expect(toProgress("failed", ended, { weights: {}, culprit: "b" })).toEqual({ percent: 50 });
  });

  it("counts lists without elements as done", () => {
    expect(toProgress("running", [node("a", "pending")], { weights: { a: 1 }, empty: 3 }).percent).toBe(75);
  });

  it("says 100 for success alone", () => {
    expect(toProgress("running", [node("a", "succeeded")], { weights: {} }).percent).toBe(99.9);
    expect(toProgress("succeeded", [node("a", "succeeded"), node("b", "failed")], { weights: {} })).toEqual({
      percent: 100,
    });
  });

  it("survives a node that says it has done more than there is, or that there is nothing", () => {
    const odd = { ...node("a", "running"), progress: { done: 5, total: 0, unit: "x" } };
    expect(toProgress("running", [odd], { weights: {} }).percent).toBe(0);
    expect(toProgress("running", [node("a", "running", 50)], { weights: {} }).percent).toBe(99.9);
  });
});
