/**
 * What runs while things are killed, and what must have come of it: a plain graph, one with lists and conditions, and one with
 * races and a deadline.
 */
import type { Graph } from "@myspinbot/contracts/types.ts";

const sleep = (): { sleep_ms: number } => ({ sleep_ms: 40 });

const GRAPH: Graph = {
  name: "eight",
  nodes: [
    { id: "a", type: "ledger_node", plane: "node", params: sleep() },
    { id: "b", type: "ledger_python", plane: "python", params: sleep(), inputs: { x: "$a.v" } },
    { id: "c", type: "ledger_python", plane: "python", params: sleep(), inputs: { x: "$a.v" } },
    { id: "d", type: "ledger_node", plane: "node", params: sleep(), inputs: { x: "$b.v" } },
    { id: "e", type: "ledger_python", plane: "python", params: sleep(), inputs: { x: "$b.v", y: "$c.v" } },
    { id: "f", type: "ledger_node", plane: "node", params: sleep(), inputs: { x: "$d.v", y: "$e.v" } },
    { id: "g", type: "ledger_python", plane: "python", params: sleep(), inputs: { x: "$f.v" } },
    { id: "h", type: "ledger_node", plane: "node", params: sleep(), inputs: { x: "$g.v", y: "$e.v" } },
  ],
  output: { h: "$h.v" },
};
const RIGHT = "h(g(f(d(b(a())),e(b(a()),c(a())))),e(b(a()),c(a())))";

/** Chains per element on both planes, a second list made of the first, an alternative and two conditions. */
const GROUPED: Graph = {
  name: "grouped",
  input: { words: "Text[]", also: "Boolean?" },
  groups: {
    word: { each: "$input.words", max: 5, at_once: 2 },
    later: { each: "$b.v", max: 5 },
  },
  nodes: [
    {
      id: "a",
      type: "ledger_node",
      plane: "node",
      group: "word",
      params: sleep(),
      inputs: { x: "$word.item" },
    },
    {
      id: "b",
      type: "ledger_python",
      plane: "python",
      group: "word",
      params: sleep(),
      inputs: { x: "$a.v" },
    },
    {
      id: "c",
      type: "ledger_node",
      plane: "node",
      group: "later",
      params: sleep(),
      inputs: { x: "$later.item" },
    },
    { id: "never", type: "ledger_python", plane: "python", when: { eq: ["$input.also", true] } },
    {
      id: "d",
      type: "ledger_python",
      plane: "python",
      params: sleep(),
      inputs: { x: { $any: ["$never.v", "none"] } },
    },
    {
      id: "e",
      type: "ledger_node",
      plane: "node",
      when: { eq: ["$d.v", "d(none)"] },
      params: sleep(),
      inputs: { x: "$d.v" },
    },
  ],
  output: { c: "$c.v", e: "$e.v" },
};

/** A race on each plane, whose losers would take a minute, and a deadline that somebody follows. */
const LONG = { sleep_ms: 60_000 };
const RACED: Graph = {
  name: "raced",
  nodes: [
    { id: "s", type: "ledger_node", plane: "node", params: sleep() },
    { id: "a", type: "ledger_python", plane: "python", params: sleep(), inputs: { x: "$s.v" } },
    { id: "b", type: "ledger_python", plane: "python", params: LONG, inputs: { x: "$s.v" } },
    { id: "c", type: "ledger_node", plane: "node", params: LONG, inputs: { x: "$s.v" } },
    { id: "d", type: "ledger_node", plane: "node", inputs: { x: { $first: ["$c.v", "$b.v", "$a.v"] } } },
    { id: "late", type: "ledger_python", plane: "python", params: LONG, deadline_s: 0.3 },
    { id: "instead", type: "ledger_node", plane: "node", params: sleep() },
  ],
  edges: [{ from: "late", to: "instead", on: "failure" }],
  output: { d: "$d.v", e: { $any: ["$late.v", "$instead.v"] } },
};

export interface Kind {
  graph: Graph;
  input: Record<string, unknown>;
  output: Record<string, unknown>;
  /** Nodes that are done, instances by their own names. */
  done: string[];
  skipped: string[];
}
const WORDS = ["p", "q", "r"];
export const KINDS: Kind[] = [
  { graph: GRAPH, input: {}, output: { h: RIGHT }, done: GRAPH.nodes.map(({ id }) => id), skipped: [] },
  {
    graph: GROUPED,
    input: { words: WORDS },
    output: { c: WORDS.map((word, i) => `c.${i}(b.${i}(a.${i}(${word})))`), e: "e(d(none))" },
    done: [...["a", "b", "c"].flatMap((id) => WORDS.map((_, i) => `${id}.${i}`)), "d", "e"],
    skipped: ["never"],
  },
  {
    graph: RACED,
    input: {},
    output: { d: "d(a(s()))", e: "instead()" },
    done: ["s", "a", "d", "instead"],
    skipped: [],
  },
];
for (const { graph } of KINDS)
  for (const node of graph.nodes) node.retry = { max_attempts: 10, backoff_ms: 50 };
