/** What a fork takes over and what it does again, by graph and by what is changed. */
import type { FlatGraph, Graph, GraphNode } from "@myspinbot/contracts/types.ts";
import { describe, expect, it } from "vitest";
import { flatten } from "../graphs/flatten.ts";
import { toGraphPlan } from "./graph-plan.ts";
import { reusableNodes, type Fork } from "./reusable.ts";
import { INPUT_CHANNEL, stateChannel, type Channels, type Phase } from "./state.ts";

type Inputs = Record<string, unknown>;
function graphOf(
  nodes: Record<string, Inputs>,
  more: Partial<Graph> = {},
  groupOf: Record<string, string> = {},
): Graph {
  const all = Object.entries(nodes).map(([id, inputs]): GraphNode => {
    const group = groupOf[id] === undefined ? {} : { group: groupOf[id] };
    return { id, type: "t", plane: "python", inputs, ...group };
  });
  return { name: "g", nodes: all, output: {}, ...more };
}

/** What is done again of nodes that have all succeeded, unless another phase is said. */
function again(
  graph: Graph,
  ids: string[],
  fork: Partial<Fork>,
  phases: Record<string, Phase> = {},
  inner: Record<string, FlatGraph> = {},
): string[] {
  const channels: Channels = { [INPUT_CHANNEL]: fork.before ?? {} };
  for (const id of ids) channels[stateChannel(id)] = { phase: phases[id] ?? "succeeded" };
  const whole = { from: "none", params: new Set<string>(), before: {}, after: fork.before ?? {}, ...fork };
  const kept = reusableNodes(
    toGraphPlan(
      flatten(graph, (id) => inner[id]!),
      "d",
    ),
    channels,
    whole,
  );
  return ids.filter((id) => !kept.has(id));
}

describe("a plain graph", () => {
  const graph = graphOf(
    {
      a: { x: "$input.x?" },
      b: { x: "$a.v" },
      c: { x: "$a.v", y: "$input.y?" },
      d: { x: "$b.v", y: "$c.v?" },
    },
    { edges: [{ from: "c", to: "e", on: "always" }], output: {} },
  );
  graph.nodes.push({ id: "e", type: "t", plane: "python" });
  const ids = ["a", "b", "c", "d", "e"];

  it.each<[string, string[]]>([
    ["a", ids],
    ["b", ["b", "d"]],
    ["c", ["c", "d", "e"]],
    ["d", ["d"]],
    ["e", ["e"]],
  ])("is done again from %s on: %j", (from, expected) => {
    expect(again(graph, ids, { from })).toEqual(expected);
  });

  it("does again what looks at a changed field or has other params, and what has not ended well", () => {
    expect(again(graph, ids, { from: "b", before: { y: 1 }, after: { y: 2 } })).toEqual(["b", "c", "d", "e"]);
    expect(again(graph, ids, { from: "d", before: { z: 1 }, after: {} })).toEqual(["d"]);
    expect(again(graph, ids, { from: "d", params: new Set(["c"]) })).toEqual(["c", "d", "e"]);
    expect(again(graph, ids, { from: "d" }, { b: "dispatched" })).toEqual(["b", "d"]);
    expect(again(graph, ids, { from: "d" }, { b: "failed" })).toEqual(["b", "d"]);
    expect(again(graph, ids, { from: "d" }, { b: "skipped" })).toEqual(["d"]);
  });

  it("keeps a failure that somebody handles", () => {
    const rescued = graphOf({ a: {}, b: { x: { $any: ["$a.v", "none"] } }, c: { x: "$b.v" } });
    expect(again(rescued, ["a", "b", "c"], { from: "c" }, { a: "failed" })).toEqual(["c"]);
  });
});

describe("a list", () => {
  const grouped = graphOf(
    { make: {}, say: { t: "$s.text" }, film: { x: "$say.v" }, join: { x: "$film.v" }, aside: {} },
    { groups: { s: { each: "$input.scenes", max: 9, item: { text: "Text" } } } },
    { say: "s", film: "s" },
  );
  const ids = [
    "make",
    ...["say", "film"].flatMap((id) => [0, 1, 2].map((i) => `${id}.${i}`)),
    "join",
    "aside",
  ];
  const scenes = (...texts: string[]) => ({ scenes: texts.map((text) => ({ text })) });

  it("is done again from one of its indices on, and whoever takes all of them", () => {
    expect(again(grouped, ids, { from: "say.1" })).toEqual(["say.1", "film.1", "join"]);
    expect(again(grouped, ids, { from: "film" })).toEqual(["film.0", "film.1", "film.2", "join"]);
  });

  it("is done again where its elements are others", () => {
    const before = scenes("a", "b", "c");
    const fork = { from: "aside", before };
    expect(again(grouped, ids, { ...fork, after: scenes("a", "B", "c") })).toEqual([
      "say.1",
      "film.1",
      "join",
      "aside",
    ]);
    expect(again(grouped, ids, { ...fork, after: scenes("a", "b", "c", "d") })).toEqual(["join", "aside"]);
    expect(again(grouped, ids, { ...fork, after: scenes("a", "b") })).toEqual([
      "say.2",
      "film.2",
      "join",
      "aside",
    ]);
  });

  it("is done again as a whole when who makes the list is", () => {
    const made = graphOf(
      { make: {}, say: { t: "$s.item" }, join: { x: "$say.v" } },
      {
        groups: { s: { each: "$make.list", max: 9 } },
      },
      { say: "s" },
    );
    expect(again(made, ["make", "say.0", "say.1", "join"], { from: "make" })).toEqual([
      "make",
      "say.0",
      "say.1",
      "join",
    ]);
    expect(again(made, ["make", "join"], { from: "make" })).toEqual(["make", "join"]);
  });
});

it("does a loop again from an iteration on, with what comes after the loop", () => {
  const until = { eq: ["$take.ok", true] as [string, boolean] };
  const loop = graphOf(
    { take: { x: "$l.best?" }, look: { x: "$take.v" }, end: { x: "$look.v" } },
    {
      groups: {
        l: { repeat: { max: 5, until, carry: { best: { init: "$input.first", next: "$look.v" } } } },
      },
    },
    { take: "l", look: "l" },
  );
  const ids = ["take.0", "look.0", "take.1", "look.1", "take.2", "look.2", "end"];
  expect(again(loop, ids, { from: "look.1" })).toEqual(["look.1", "take.2", "look.2", "end"]);
  expect(again(loop, ids, { from: "end", before: { first: 1 }, after: { first: 2 } })).toEqual(ids);
});

describe("a race", () => {
  const race = graphOf({
    a: { x: "$input.x?" },
    before: {},
    b: { x: "$before.v" },
    c: { x: { $first: ["$a.v", "$b.v"] } },
    d: { x: "$c.v" },
  });
  const ids = ["a", "before", "b", "c", "d"];
  const lost: Record<string, Phase> = { before: "canceled", b: "canceled" };

  it("stays decided for what comes behind it", () => {
    expect(again(race, ids, { from: "d" }, lost)).toEqual(["d"]);
    expect(again(race, ids, { from: "c" }, lost)).toEqual(["c", "d"]);
    expect(again(race, ids, { from: "d" }, { b: "failed" })).toEqual(["d"]);
  });

  it("is run again by all when one of them is done again", () => {
    expect(again(race, ids, { from: "a" }, lost)).toEqual(ids);
    expect(again(race, ids, { from: "none", before: {}, after: { x: 1 } }, lost)).toEqual(ids);
    expect(again(race, ids, { from: "before" }, lost)).toEqual(ids);
    // Both had made something: who is asked for again must be able to win.
    expect(again(race, ids, { from: "b" })).toEqual(["a", "b", "c", "d"]);
  });

  it("that nobody has won is open", () => {
    expect(again(race, ids, { from: "c" }, { ...lost, a: "failed" })).toEqual(["before", "b", "c", "d"]);
    expect(again(race, ids, { from: "c" }, { ...lost, a: "canceled" })).toEqual(ids);
  });

  it("of a list is decided by index", () => {
    const listed = graphOf(
      { a: { t: "$s.item" }, b: { t: "$s.item" }, c: { x: { $first: ["$a.v", "$b.v"] } } },
      { groups: { s: { each: "$input.list", max: 2 } } },
      { a: "s", b: "s", c: "s" },
    );
    const all = ["a.0", "b.0", "c.0", "a.1", "b.1", "c.1"];
    const fork = { before: { list: [1, 2] }, from: "a.1" };
    expect(again(listed, all, fork, { "b.0": "canceled", "b.1": "canceled" })).toEqual(["a.1", "b.1", "c.1"]);
  });
});

describe("a graph within the graph", () => {
  const talk = graphOf(
    { say: { t: "$input.text" }, film: { x: "$say.v", tone: "$input.tone?" } },
    { name: "talk", output: { film: "$film.v", text: "$input.text" } },
  ) as FlatGraph;
  const outer = graphOf(
    { write: { topic: "$input.topic?" }, end: { x: "$film.film" }, title: { x: "$film.text" } },
    {},
  );
  const when = { eq: ["$input.on", true] as [string, boolean] };
  outer.nodes.push({
    ...{ id: "film", graph: "talk", when },
    inputs: { text: "$write.v", tone: "$input.tone?" },
  });
  const ids = ["write", "film.say", "film.film", "end", "title"];
  const done = (fork: Partial<Fork>, phases: Record<string, Phase> = {}) =>
    again(outer, ids, fork, phases, { film: talk });

  it("is done again by one of its nodes, by all, and by what it was given", () => {
    expect(done({ from: "film.film" })).toEqual(["film.film", "end", "title"]);
    expect(done({ from: "film" })).toEqual(["film.say", "film.film", "end", "title"]);
    expect(done({ from: "end" })).toEqual(["end"]);
    expect(done({ from: "end", params: new Set(["film.film"]) })).toEqual(["film.film", "end", "title"]);
    expect(done({ from: "end", before: { tone: "a" }, after: { tone: "b" } })).toEqual([
      ...["film.film", "end", "title"],
    ]);
    expect(done({ from: "end", before: { on: true }, after: { on: false } })).toEqual(ids.slice(1));
  });

  it("hands out what it was given itself", () => {
    const given = graphOf({ alone: {}, title: { x: "$film.text" } });
    given.nodes.push({ id: "film", graph: "talk", inputs: { text: "$input.text" } });
    const bare = graphOf({ beside: {} }, { name: "talk", output: { text: "$input.text" } }) as FlatGraph;
    const fork = { from: "alone", before: { text: "a" }, after: { text: "b" } };
    expect(again(given, ["alone", "film.beside", "title"], fork, {}, { film: bare })).toEqual([
      "alone",
      "title",
    ]);
  });

  it("begins a list in it anew, also one that was empty, when its condition looks at another field", () => {
    const inner = graphOf(
      { say: { t: "$s.item" } },
      { name: "talk", groups: { s: { each: "$input.lines", max: 3 } }, output: { texts: "$say.v" } },
      { say: "s" },
    ) as FlatGraph;
    const listed = graphOf({ end: { x: "$film.texts?" }, aside: {} });
    listed.nodes.push({ id: "film", graph: "talk", when, inputs: { lines: "$input.lines" } });
    const before = { on: false, lines: ["a"] };
    const answer = (ids: string[], after: object, phases: Record<string, Phase> = {}) =>
      again(listed, ids, { from: "aside", before, after: { ...before, ...after } }, phases, { film: inner });
    expect(answer(["film.say", "end", "aside"], { on: true }, { "film.say": "skipped" })).toEqual([
      ...["film.say", "end", "aside"],
    ]);
    expect(answer(["film.say.0", "end", "aside"], {})).toEqual(["aside"]);
    expect(answer(["film.say.0", "end", "aside"], { lines: ["b"] })).toEqual(["film.say.0", "end", "aside"]);
  });

  it("is done again index by index where it stands in a list", () => {
    const listed = graphOf({ join: { x: "$film.film" } }, { groups: { s: { each: "$input.list", max: 2 } } });
    listed.nodes.push({ id: "film", graph: "talk", group: "s", inputs: { text: "$s.item" } });
    const all = ["film.say.0", "film.say.1", "film.film.0", "film.film.1", "join"];
    const from = (name: string) =>
      again(listed, all, { from: name, before: { list: ["a", "b"] } }, {}, { film: talk });
    expect(from("film.1")).toEqual(["film.say.1", "film.film.1", "join"]);
    expect(from("film.say.0")).toEqual(["film.say.0", "film.film.0", "join"]);
  });
});
