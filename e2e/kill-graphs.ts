/**
 * What runs while things are killed, and what must have come of it: a plain graph, one with lists and conditions, one
 * with races and a deadline, and one with loops, a race in each iteration, and graphs as nodes of a list and alone.
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

/** Alone and in lists: a chain over both planes. */
const CHAIN: Graph = {
  name: "ledger-chain",
  input: { x: "Text" },
  nodes: [
    { id: "m", type: "ledger_node", plane: "node", params: sleep(), inputs: { x: "$input.x" } },
    { id: "n", type: "ledger_python", plane: "python", params: sleep(), inputs: { x: "$m.v" } },
  ],
  output: { v: "$n.v" },
};
/** Ends after its second iteration; in each somebody races whom nobody would wait for. */
const AGAIN: Graph = {
  name: "ledger-again",
  input: { x: "Text" },
  groups: {
    turn: {
      repeat: {
        max: 4,
        until: { eq: ["$turn.index", 1] },
        carry: { before: { init: "$input.x", next: "$u.v" } },
      },
    },
  },
  nodes: [
    {
      ...{ id: "t", type: "ledger_python", plane: "python", group: "turn" },
      ...{ params: sleep(), inputs: { x: "$turn.before" } },
    },
    { id: "slow", type: "ledger_node", plane: "node", group: "turn", params: LONG },
    {
      ...{ id: "u", type: "ledger_node", plane: "node", group: "turn" },
      ...{ params: sleep(), inputs: { x: { $first: ["$slow.v", "$t.v"] } } },
    },
  ],
  output: { v: "$u.v" },
};
const NESTED: Graph = {
  name: "nested",
  input: { words: "Text[]" },
  groups: { word: { each: "$input.words", max: 5 } },
  nodes: [
    { id: "each", graph: "ledger-chain", group: "word", inputs: { x: "$word.item" } },
    { id: "again", graph: "ledger-again", inputs: { x: "zero" } },
    { id: "last", graph: "ledger-chain", inputs: { x: "$again.v" } },
  ],
  output: { each: "$each.v", last: "$last.v" },
};
/** What the gateways of the kill test know by name. */
export const KILL_GRAPHS: Graph[] = [CHAIN, AGAIN];

/** A person is asked in the middle. */
const ASKED: Graph = {
  name: "asked",
  nodes: [
    { id: "w", type: "ledger_python", plane: "python", params: sleep() },
    { id: "ok", type: "approval", plane: "node", inputs: { text: "$w.v" } },
    { id: "s", type: "ledger_node", plane: "node", params: sleep(), inputs: { x: "$ok.text" } },
  ],
  output: { s: "$s.v", accepted: "$ok.accepted" },
};

export interface Kind {
  graph: Graph;
  input: Record<string, unknown>;
  output: Record<string, unknown>;
  /** Nodes that are done, instances by their own names. */
  done: string[];
  skipped: string[];
  /** Where it is forked. */
  forks: string[];
  /** The node that asks a person. */
  asks?: string;
}
const WORDS = ["p", "q", "r"];
export const KINDS: Kind[] = [
  {
    ...{ graph: GRAPH, input: {}, output: { h: RIGHT } },
    ...{ done: GRAPH.nodes.map(({ id }) => id), skipped: [], forks: ["b", "e", "h"] },
  },
  {
    graph: GROUPED,
    input: { words: WORDS },
    output: { c: WORDS.map((word, i) => `c.${i}(b.${i}(a.${i}(${word})))`), e: "e(d(none))" },
    done: [...["a", "b", "c"].flatMap((id) => WORDS.map((_, i) => `${id}.${i}`)), "d", "e"],
    skipped: ["never"],
    forks: ["a.2", "b.1", "e"],
  },
  {
    graph: RACED,
    input: {},
    output: { d: "d(a(s()))", e: "instead()" },
    done: ["s", "a", "d", "instead"],
    skipped: [],
    forks: ["a", "d"],
  },
  {
    graph: NESTED,
    input: { words: WORDS },
    output: {
      each: WORDS.map((word, i) => `each.n.${i}(each.m.${i}(${word}))`),
      last: "last.n(last.m(again.u.1(again.t.1(again.u.0(again.t.0(zero))))))",
    },
    done: [
      ...["each.m", "each.n"].flatMap((id) => WORDS.map((_, i) => `${id}.${i}`)),
      ...["again.t.0", "again.u.0", "again.t.1", "again.u.1", "last.m", "last.n"],
    ],
    skipped: ["again.t.2", "again.u.2"],
    forks: ["each.m.1", "again", "last.n"],
  },
  {
    ...{ graph: ASKED, input: {}, output: { s: "s(w())", accepted: true } },
    ...{ done: ["w", "s"], skipped: [], forks: ["w", "ok", "s"], asks: "ok" },
  },
];
for (const graph of [...KINDS.map((kind) => kind.graph), ...KILL_GRAPHS])
  for (const node of graph.nodes)
    if (node.type?.startsWith("ledger")) node.retry = { max_attempts: 10, backoff_ms: 50 };
