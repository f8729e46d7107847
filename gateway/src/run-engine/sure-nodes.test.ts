import { GRAPHS } from "@myspinbot/contracts/graphs.ts";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { expect, it } from "vitest";
import { flatten } from "../graphs/flatten.ts";
import { createNodeTypes, type NodeTypes } from "../graphs/node-types.ts";
import { toGraphModel } from "./read-graph.ts";
import { findSureNodes } from "./sure-nodes.ts";

const type = { outputs: { v: { type: "Text", required: true }, w: { type: "Text", required: false } } };
const nodeTypes = { get: () => type } as unknown as NodeTypes;

function sureOf(nodes: Record<string, Record<string, string>>, edges: Graph["edges"] = []): string[] {
  const graph: Graph = {
    name: "sure",
    nodes: Object.entries(nodes).map(([id, inputs]) => ({ id, type: "t", plane: "python" as const, inputs })),
    edges,
    output: {},
  };
  return [...findSureNodes(toGraphModel(flatten(graph), "d"), nodeTypes)].sort();
}

it("takes nodes that nothing can skip", () => {
  expect(sureOf({ a: {}, b: { x: "$a.v" }, c: { x: "$b.v", y: "$a.w?" }, d: { x: "$input.i" } })).toEqual([
    "a",
    "b",
    "c",
    "d",
  ]);
});

it("leaves out what an absent output, a handled failure or a failure edge may skip, and all behind it", () => {
  expect(sureOf({ a: {}, b: { x: "$a.w" }, c: { x: "$b.v" } })).toEqual(["a"]);
  const handled = [{ from: "a", to: "f", on: "failure" as const }];
  expect(sureOf({ a: {}, b: { x: "$a.v" }, c: { x: "$b.v?" }, f: {} }, handled)).toEqual(["a"]);
});

it("takes what runs after a node by an edge", () => {
  expect(sureOf({ a: {}, b: {} }, [{ from: "a", to: "b", on: "success" }])).toEqual(["a", "b"]);
});

/** What may be skipped in the shipped graphs that fall back or go over lists: all else is sure. */
const UNSURE: Readonly<Record<string, readonly string[]>> = {
  "best-take": ["speech", "best"],
  speak: ["plain", "last"],
  "talking-scenes": ["speech", "visemes", "portrait", "video", "joined", "final"],
  "upscale-batch": ["upscale"],
};

it.each(Object.values(GRAPHS))("is sure of every node of $name that nothing can skip", (graph) => {
  const sure = findSureNodes(toGraphModel(flatten(graph), "d"), createNodeTypes());
  const unsure = UNSURE[graph.name] ?? [];
  const expected = graph.nodes.map((node) => node.id).filter((id) => !unsure.includes(id));
  expect([...sure].sort()).toEqual(expected.sort());
});
