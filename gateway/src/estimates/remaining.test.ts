/** Figures of runs under way, from a history that is given. */
import type { FlatGraph, RunNode } from "@myspinbot/contracts/types.ts";
import { expect, it } from "vitest";
import { remainingSeconds, type Course } from "./remaining.ts";

const NOW = Date.parse("2026-01-01T00:01:00.000Z");
/** a leads to b and c, which run beside one another; d waits for both. */
const GRAPH = {
  name: "diamond",
  input: {},
  nodes: [
    { id: "a", type: "two", plane: "node" },
    { id: "b", type: "three", plane: "python", inputs: { x: "$a.x" } },
    { id: "c", type: "five", plane: "python", inputs: { x: "$a.x" } },
    { id: "d", type: "two", plane: "node", inputs: { x: "$b.x", y: "$c.x" } },
  ],
  output: { x: "$d.x" },
} as unknown as FlatGraph;
const USUAL: Record<string, number> = { two: 2, three: 3, five: 5 };

const node = (node_id: string, more: Partial<RunNode> = {}): RunNode => {
  const { type, plane } = GRAPH.nodes.find(({ id }) => id === node_id.replace(/\..*$/, ""))!;
  return { node_id, type, plane, status: "pending", attempt: 1, ...more };
};
const running = (node_id: string, sinceS: number, done?: number): RunNode =>
  node(node_id, {
    status: "running",
    started_at: new Date(NOW - sinceS * 1000).toISOString(),
    ...(done === undefined ? {} : { progress: { done, total: 100, unit: "%" } }),
  });
const done = (...ids: string[]): RunNode[] => ids.map((id) => node(id, { status: "succeeded" }));
const left = (
  nodes: RunNode[],
  {
    types = USUAL,
    graph,
    slots = 2,
    elapsedMs = 0,
  }: {
    types?: Record<string, number>;
    graph?: number;
    slots?: number;
    elapsedMs?: number;
  } = {},
): number | undefined => {
  const course: Course = {
    ...{ graph: GRAPH, digest: "d", nodes, elapsedMs, now: NOW, slots: () => slots },
    durations: { nodeType: (type) => types[type], pool: () => undefined, graph: () => graph },
  };
  return remainingSeconds(course);
};
const ALL = ["a", "b", "c", "d"].map((id) => node(id));

it.each<[string, RunNode[], Parameters<typeof left>[1], number | undefined]>([
  ["the longest way", ALL, {}, 9],
  ["the busiest pool, where it has one place", ALL, { slots: 1 }, 9],
  ["what is left of it", [...done("a", "b"), node("c"), node("d")], {}, 7],
  ["what has run for a while", [...done("a", "b"), running("c", 3), node("d")], {}, 4],
  ["what has run longer than ever", [...done("a", "b"), running("c", 60), node("d")], {}, 2.5],
  ["what says how far it is", [...done("a", "b"), running("c", 30, 50), node("d")], {}, 32],
  ["what says too little of how far it is", [...done("a", "b"), running("c", 1, 1), node("d")], {}, 6],
  ["nothing, where all has ended", done("a", "b", "c", "d"), {}, 0],
  [
    "skipped and failed nodes as nothing",
    [...done("a"), node("b", { status: "skipped" }), node("c", { status: "failed" }), node("d")],
    {},
    2,
  ],
  ["by the whole graph's time, where branches are not taken", ALL, { graph: 4.5 }, 4.5],
  ["never by a scale without bounds", ALL, { graph: 1000 }, 18],
  [
    "by the graph alone, where a type has no history",
    ALL,
    { types: { two: 2 }, graph: 30, elapsedMs: 10_000 },
    20,
  ],
  ["nothing known: no history", ALL, { types: {} }, undefined],
  ["nothing known: a type without history", ALL, { types: { two: 2 } }, undefined],
  [
    "nothing known: it has taken longer than any before",
    ALL,
    { types: {}, graph: 5, elapsedMs: 6000 },
    undefined,
  ],
  [
    "nothing known: a person is waited for",
    [...done("a", "b"), node("c", { status: "waiting" }), node("d")],
    {},
    undefined,
  ],
])("counts %s", (_, nodes, history, seconds) => {
  if (seconds === undefined) expect(left(nodes, history)).toBeUndefined();
  else expect(left(nodes, history)).toBeCloseTo(seconds, 6);
});
