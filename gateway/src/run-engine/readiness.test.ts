import type { Graph, GraphEdge, GraphNode, Problem } from "@myspinbot/contracts/types.ts";
import { describe, expect, it } from "vitest";
import { toProblem } from "../errors/problem.ts";
import { flatten } from "../graphs/flatten.ts";
import { toGraphModel } from "./read-graph.ts";
import { decide, type Decision } from "./readiness.ts";
import { outputChannel, stateChannel, type Phase } from "./state.ts";

const PROBLEM: Problem = toProblem("handler-failed", "no");

function node(id: string, inputs: GraphNode["inputs"] = {}, more: Partial<GraphNode> = {}): GraphNode {
  return { id, type: "t", plane: "python", inputs, ...more };
}

/** What is decided when the named nodes are in these phases; the others are pending. */
function decideOn(
  nodes: GraphNode[],
  phases: Record<string, Phase>,
  more: { edges?: GraphEdge[]; output?: Graph["output"]; outputs?: Record<string, object> } = {},
): Decision {
  const graph: Graph = { name: "g", nodes, edges: more.edges ?? [], output: more.output ?? {} };
  const channels: Record<string, unknown> = {};
  for (const [id, phase] of Object.entries(phases)) {
    channels[stateChannel(id)] = phase === "failed" ? { phase, problem: PROBLEM } : { phase };
    if (phase === "succeeded") channels[outputChannel(id)] = more.outputs?.[id] ?? { v: id };
  }
  return decide(toGraphModel(flatten(graph), "digest"), channels);
}

describe("ready", () => {
  it("is the whole chain of one pool, because each input is made inside the set", () => {
    const nodes = [node("a"), node("b", { x: "$a.v" }), node("c", { x: "$b.v" })];
    expect(decideOn(nodes, {}).ready).toEqual(["a", "b", "c"]);
  });

  it("has a node and sees no output of a name that every object has", () => {
    const nodes = [
      node("constructor"),
      node("b", { x: "$constructor.constructor" }, { plane: "node" }),
      node("c", { x: "$constructor.constructor?", y: "$input.constructor?" }, { plane: "node" }),
    ];
    expect(decideOn(nodes, {}).ready).toEqual(["constructor"]);
    expect(decideOn(nodes, { constructor: "succeeded" } as Record<string, Phase>)).toMatchObject({
      skipped: ["b"],
      ready: ["c"],
    });
  });

  it("ends at the border of a pool and of a plane", () => {
    const nodes = [
      node("a"),
      node("b", { x: "$a.v" }, { pool: "big" }),
      node("c", { x: "$a.v" }, { plane: "node" }),
      node("d", { x: "$a.v" }),
    ];
    expect(decideOn(nodes, {}).ready).toEqual(["a", "d"]);
    expect(decideOn(nodes, { a: "succeeded", d: "dispatched" }).ready.toSorted()).toEqual(["b", "c"]);
  });

  it("waits for all that a join needs, also for what it could do without", () => {
    const nodes = [
      node("a"),
      node("b", {}, { pool: "x" }),
      node("j", { x: "$a.v", y: "$b.v?" }, { pool: "y" }),
    ];
    expect(decideOn(nodes, { a: "succeeded", b: "dispatched" }).ready).toEqual([]);
    expect(decideOn(nodes, { a: "succeeded", b: "held" }).ready).toEqual([]);
    expect(decideOn(nodes, { a: "succeeded", b: "succeeded" }).ready).toEqual(["j"]);
  });

  it("runs on without an optional input whose source failed or left it out", () => {
    const nodes = [node("a"), node("b", { x: "$a.v?" })];
    const edges: GraphEdge[] = [{ from: "a", to: "b", on: "always" }];
    expect(decideOn(nodes, { a: "failed" }, { edges }).ready).toEqual(["b"]);
    expect(decideOn(nodes, { a: "succeeded" }, { outputs: { a: {} } }).ready).toEqual(["b"]);
  });

  it("never puts a node beside the one whose failure it waits for", () => {
    const nodes = [node("a"), node("rescue")];
    const edges: GraphEdge[] = [{ from: "a", to: "rescue", on: "failure" }];
    expect(decideOn(nodes, {}, { edges }).ready).toEqual(["a"]);
    expect(decideOn(nodes, { a: "failed" }, { edges }).ready).toEqual(["rescue"]);
    expect(decideOn(nodes, { a: "succeeded" }, { edges }).skipped).toEqual(["rescue"]);
  });
});

describe("skipped", () => {
  it("goes down to everything that needed it", () => {
    const nodes = [node("a"), node("b", { x: "$a.v" }), node("c", { x: "$b.v" }), node("d", { x: "$c.v?" })];
    const edges: GraphEdge[] = [{ from: "a", to: "d", on: "always" }];
    const decision = decideOn(nodes, { a: "failed" }, { edges });
    expect(decision).toMatchObject({ skipped: ["b", "c"], ready: ["d"], end: null });
  });

  it("is a node whose required input its source did not make", () => {
    const nodes = [node("a"), node("b", { x: "$a.missing" })];
    expect(decideOn(nodes, { a: "succeeded" }).skipped).toEqual(["b"]);
  });
});

describe("the end", () => {
  it("is declared at once when nobody handles a failure, although others still work", () => {
    const decision = decideOn([node("a"), node("b")], { a: "failed", b: "dispatched" });
    expect(decision.end).toEqual({ status: "failed", node: "a", problem: PROBLEM });
  });

  it("is success with the outputs that there are", () => {
    const nodes = [node("a"), node("b")];
    const output = { one: "$a.v", two: "$b.w?" };
    const decision = decideOn(nodes, { a: "succeeded", b: "succeeded" }, { output });
    expect(decision.end).toEqual({ status: "succeeded", output: { one: "a" } });
  });

  it("explains a missing output by the failure that was tolerated", () => {
    const nodes = [node("a"), node("b")];
    const edges: GraphEdge[] = [{ from: "a", to: "b", on: "always" }];
    const phases = { a: "failed", b: "succeeded" } as const;
    expect(decideOn(nodes, phases, { edges, output: { x: "$a.v" } }).end).toMatchObject({ node: "a" });
    expect(decideOn(nodes, phases, { edges, output: { x: "$b.v" } }).end).toMatchObject({
      status: "succeeded",
    });
    const none = decideOn([node("a")], { a: "succeeded" }, { output: { x: "$a.w" } });
    expect(none.end).toEqual({ status: "failed", missing: "x" });
  });

  it("does not come while a retry is waited for", () => {
    expect(decideOn([node("a"), node("b")], { a: "held", b: "succeeded" }).end).toBeNull();
  });
});
