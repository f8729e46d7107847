import type { Graph, GraphNode } from "@myspinbot/contracts/types.ts";
import { describe, expect, it } from "vitest";
import { flatten } from "../graphs/flatten.ts";
import { toGraphModel } from "../run-engine/read-graph.ts";
import { toPieces } from "./pieces.ts";

function node(id: string, inputs: GraphNode["inputs"] = {}, more: Partial<GraphNode> = {}): GraphNode {
  return { id, type: "t", plane: "python", inputs, ...more };
}

function piecesOf(nodes: GraphNode[], edges: Graph["edges"] = []): string[][] {
  const model = toGraphModel(flatten({ name: "g", nodes, edges, output: {} }), "digest");
  return toPieces(model.nodes).map((piece) => piece.map(({ id }) => id));
}

describe("toPieces", () => {
  it("parts branches that share nothing, so that each may go to another box", () => {
    expect(piecesOf([node("a"), node("b"), node("c", { x: "$a.v" })])).toEqual([["a", "c"], ["b"]]);
  });

  it("keeps together what a join holds, in topological order", () => {
    const nodes = [node("j", { x: "$a.v", y: "$c.v?" }), node("a"), node("b"), node("c", { x: "$b.v" })];
    expect(piecesOf(nodes)).toEqual([["a", "b", "c", "j"]]);
    expect(piecesOf([node("a"), node("b")], [{ from: "a", to: "b", on: "success" }])).toEqual([["a", "b"]]);
  });

  it("joins nothing across pools, and nothing by an edge that a task cannot hold", () => {
    const other = [node("a"), node("b", { x: "$a.v" }, { pool: "big" }), node("c", { x: "$a.v" })];
    expect(piecesOf(other)).toEqual([["a", "c"], ["b"]]);
    expect(piecesOf([node("a"), node("b")], [{ from: "a", to: "b", on: "always" }])).toEqual([["a"], ["b"]]);
  });

  it("parts 400 nodes in one line and 400 beside each other alike fast", () => {
    const line = Array.from({ length: 400 }, (_, i) => node(`n${i}`, i === 0 ? {} : { x: `$n${i - 1}.v` }));
    expect(piecesOf(line)).toHaveLength(1);
    expect(piecesOf(Array.from({ length: 400 }, (_, i) => node(`n${i}`)))).toHaveLength(400);
  });
});
