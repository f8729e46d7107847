/** Graphs that stand in graphs as nodes, played by engine, driver and executor together: each with its result. */
import type { Graph, GraphNode } from "@myspinbot/contracts/types.ts";
import { describe, expect, it } from "vitest";
import type { Case, Deed } from "../../test/semantics/graphs.ts";
import { play, quickHub } from "../../test/semantics/play.ts";
import { DriveSaver } from "../checkpoints/drive-saver.ts";
import { flatten } from "../graphs/flatten.ts";
import { createHubCache } from "./hub.ts";
import { toGraphModel } from "./read-graph.ts";

function node(id: string, inputs: GraphNode["inputs"] = {}, more: Partial<GraphNode> = {}): GraphNode {
  return { id, type: "python_work", plane: "python", inputs, ...more };
}

function graphNode(
  id: string,
  graph: string,
  inputs: GraphNode["inputs"] = {},
  more: Partial<GraphNode> = {},
) {
  return { id, graph, inputs, ...more };
}

const V: Deed[] = [{ makes: ["v"] }];
const FAILS: Deed[] = [{ fails: "permanent" }];
const HANGS: Deed[] = [{ hangs: true }];
const gives = (outputs: Record<string, unknown>): Deed[] => [{ makes: [], gives: outputs }];

/** Two nodes, one after the other; a third beside them makes nothing that anybody needs. */
const TALK: Graph = {
  name: "talk",
  input: { text: "Text", tone: "Text?" },
  nodes: [
    node("say", { text: "$input.text", tone: "$input.tone?" }),
    node("film", { x: "$say.v" }),
    node("beside", {}),
  ],
  output: { film: "$film.v" },
};
/** What it makes is never missing. */
const SURE: Graph = {
  name: "sure",
  input: { text: "Text", tone: "Text?" },
  nodes: [node("say", { text: "$input.text", tone: "$input.tone?" })],
  output: { or: { $any: ["$say.w", "none"] } },
};
const ALL = { "talk.say": V, "talk.film": V, "talk.beside": V };

async function run(
  graph: Omit<Graph, "name">,
  deeds: Case["deeds"],
  input: Record<string, unknown> = {},
  graphs: Graph[] = [TALK, SURE],
) {
  const given = { graph: { name: "outer", ...graph }, graphs, deeds, input, turns: [0.3, 0.9, 0, 0.6] };
  const slow = await play(given, createHubCache(new DriveSaver(() => 0.5), 10));
  const quick = await play(given, quickHub);
  expect([slow.status, slow.output]).toEqual([quick.status, quick.output]);
  return slow;
}

function statuses({ rows }: Awaited<ReturnType<typeof play>>): Record<string, string> {
  return Object.fromEntries(
    [...rows].filter(([, row]) => row.instances === undefined).map(([id, row]) => [id, row.status]),
  );
}

describe("a graph as a node", () => {
  it("gets what its node is given, and gives what it makes", async () => {
    const nodes = [
      node("plan"),
      graphNode("talk", "talk", { text: "$plan.v", tone: "calm" }),
      graphNode("sure", "sure", { text: "x" }),
      node("after", { film: "$talk.film", or: "$sure.or" }),
    ];
    const played = await run(
      { nodes, output: { v: "$after.v" } },
      { plan: V, ...ALL, "sure.say": V, after: V },
    );
    expect(played.output).toEqual({ v: "after.v" });
    expect(played.attempts).toMatchObject({
      "talk.say": [{ text: "plan.v", tone: "calm" }],
      "talk.film": [{ x: "talk.say.v" }],
      after: [{ film: "talk.film.v", or: "none" }],
    });
  });

  it("does without what it was not given, and without what has no value", async () => {
    const nodes = [
      graphNode("one", "talk", { text: "$input.text" }),
      graphNode("two", "talk", { text: { $text: ["a ", "$input.text"] }, tone: "$input.tone?" }),
    ];
    const graph = { nodes, output: { one: "$one.film", two: "$two.film" } };
    const deeds = Object.fromEntries(
      ["one", "two"].flatMap((id) => ["say", "film", "beside"].map((each) => [`${id}.${each}`, V])),
    );
    const played = await run(graph, deeds, { text: "hi" });
    expect(played.output).toEqual({ one: "one.film.v", two: "two.film.v" });
    expect(played.attempts["one.say"]).toEqual([{ text: "hi" }]);
    expect(played.attempts["two.say"]).toEqual([{ text: "a hi" }]);
  });

  it("begins as a node does: by its condition, its edges, and all of its inputs", async () => {
    const outside = [node("ask"), node("bad")];
    const after = node("after", { or: { $any: ["$sure.or", "skipped"] } });
    const all = { ask: V, bad: FAILS, after: V, "sure.say": V };
    const ways: [string, Partial<GraphNode>, Graph["edges"]][] = [
      ["condition", { when: { eq: ["$ask.v", "other"] } }, []],
      ["edge", {}, [{ from: "ask", to: "sure", on: "failure" }]],
      ["input", { inputs: { text: "$ask.v", tone: "$ask.w" } }, []],
    ];
    for (const [way, more, edges = []] of ways) {
      const sure = { ...graphNode("sure", "sure", { text: "$ask.v" }), ...more };
      const tolerated = [{ from: "bad", to: "after", on: "always" as const }];
      const played = await run(
        { nodes: [...outside, sure, after], edges: [...edges, ...tolerated], output: { v: "$after.v" } },
        all,
      );
      expect([way, statuses(played)]).toEqual([
        way,
        { ask: "succeeded", bad: "failed", after: "succeeded", "sure.say": "skipped" },
      ]);
      // A default within the graph is one of its outputs, and who never ran has none.
      expect(played.attempts.after).toEqual([{ or: "skipped" }]);
    }
    const sure = graphNode("sure", "sure", { text: "$ask.v" }, { when: { eq: ["$ask.v", "ask.v"] } });
    const ran = await run({ nodes: [outside[0]!, sure, after], output: { v: "$after.v" } }, all);
    expect(ran.attempts.after).toEqual([{ or: "none" }]);
  });

  it("has failed when one of its nodes has, whoever follows that", async () => {
    const nodes = [graphNode("talk", "talk", { text: "hi" }), node("plan_b"), node("thanks"), node("note")];
    const edges: Graph["edges"] = [
      { from: "talk", to: "plan_b", on: "failure" },
      { from: "talk", to: "thanks", on: "success" },
      { from: "talk", to: "note", on: "always" },
    ];
    const graph = { nodes, edges, output: { v: { $any: ["$talk.film", "$plan_b.v"] } } };
    const all = { ...ALL, plan_b: V, thanks: V, note: V };
    for (const culprit of ["talk.say", "talk.film", "talk.beside"]) {
      const played = await run(graph, { ...all, [culprit]: FAILS });
      expect([culprit, played.output]).toEqual([culprit, { v: "plan_b.v" }]);
      expect(statuses(played)).toMatchObject({ thanks: "skipped", note: "succeeded" });
    }
    const played = await run(graph, all);
    expect(played.output).toEqual({ v: "talk.film.v" });
    expect(statuses(played)).toMatchObject({ plan_b: "skipped", thanks: "succeeded", note: "succeeded" });
    const alone = await run(
      { nodes: [nodes[0]!], output: { v: "$talk.film" } },
      { ...ALL, "talk.beside": FAILS },
    );
    expect([alone.status, alone.culprit]).toEqual(["failed", "talk.beside"]);
  });

  it("gives nothing when it failed, though the node that made it succeeded", async () => {
    const graph = {
      nodes: [graphNode("talk", "talk", { text: "hi" })],
      output: { v: { $any: ["$talk.film", "default"] } },
    };
    expect((await run(graph, { ...ALL, "talk.beside": FAILS })).output).toEqual({ v: "default" });
    expect((await run(graph, ALL)).output).toEqual({ v: "talk.film.v" });
  });

  it("follows failures of its own as it does alone, and nobody outside can tell", async () => {
    const careful: Graph = {
      name: "careful",
      groups: { risky: {} },
      nodes: [
        node("a", {}, { group: "risky" }),
        node("b", { x: "$a.v" }, { group: "risky" }),
        node("c"),
        node("d", { x: { $any: ["$c.v", "no c"] } }),
        node("mend"),
      ],
      edges: [{ from: "risky", to: "mend", on: "failure" }],
      output: { v: { $any: ["$b.v", "$mend.v"] }, d: "$d.v" },
    };
    const nodes = [graphNode("sub", "careful"), node("thanks", {}), node("plan_b")];
    const edges: Graph["edges"] = [
      { from: "sub", to: "thanks", on: "success" },
      { from: "sub", to: "plan_b", on: "failure" },
    ];
    const deeds = { "sub.a": FAILS, "sub.c": FAILS, "sub.d": V, "sub.mend": V, "sub.b": V, thanks: V };
    const graph = { nodes, edges, output: { v: "$sub.v", d: "$sub.d" } };
    const played = await run(graph, deeds, {}, [careful]);
    expect([played.status, played.output]).toEqual(["succeeded", { v: "sub.mend.v", d: "sub.d.v" }]);
    expect(played.attempts["sub.d"]).toEqual([{ x: "no c" }]);
    expect(statuses(played)).toMatchObject({ thanks: "succeeded", plan_b: "skipped" });
    // What it does not follow itself is still its failure.
    const failed = await run(graph, { ...deeds, "sub.d": FAILS, plan_b: V }, {}, [careful]);
    expect(statuses(failed)).toMatchObject({ thanks: "skipped", plan_b: "succeeded" });
  });
});

describe("a graph that lacks what it had to make", () => {
  /** Follows all failures itself; who gets nothing of it has been failed. */
  const FALLS: Graph = {
    name: "falls",
    nodes: [node("best"), node("plain")],
    edges: [{ from: "best", to: "plain", on: "failure" }],
    output: { v: { $any: ["$best.v", "$plain.v"] }, extra: "$best.w?" },
  };
  const both = { "sub.best": FAILS, "sub.plain": FAILS };

  it("has failed, with the failure that it tolerated as the reason", async () => {
    const alone = { nodes: [graphNode("sub", "falls")], output: { extra: "$sub.extra?" } };
    const failed = await run(alone, both, {}, [FALLS]);
    expect([failed.status, failed.culprit]).toEqual(["failed", "sub.best"]);
    const silent = await run(alone, { "sub.best": [{ makes: ["w"] }], "sub.plain": V }, {}, [FALLS]);
    expect([silent.status, silent.culprit]).toEqual(["failed", "sub"]);
    expect(silent.error).toMatchObject({
      code: "group-failed",
      detail: expect.stringMatching(/made "v"/) as string,
    });
    expect((await run(alone, { ...both, "sub.plain": V }, {}, [FALLS])).output).toEqual({});
  });

  it("is followed like any other failure, and gives nothing else either", async () => {
    const graph: Omit<Graph, "name"> = {
      groups: { fine: {} },
      nodes: [graphNode("sub", "falls", {}, { group: "fine" }), node("plan_b"), node("thanks")],
      edges: [
        { from: "fine", to: "plan_b", on: "failure" },
        { from: "fine", to: "thanks", on: "success" },
      ],
      output: { v: { $any: ["$sub.extra", "$plan_b.v"] } },
    };
    const deeds = { "sub.best": [{ makes: ["w"] }], plan_b: V, thanks: V };
    const played = await run(graph, deeds, {}, [FALLS]);
    expect(played.output).toEqual({ v: "plan_b.v" });
    expect(statuses(played)).toMatchObject({ thanks: "skipped", plan_b: "succeeded" });
  });

  it("fails its index of a list, and its iteration of a loop", async () => {
    const each = (more: object): Omit<Graph, "name"> => ({
      groups: { g: { each: "$input.list", max: 3, ...more } },
      nodes: [graphNode("sub", "falls", {}, { group: "g" }), node("join", { all: "$sub.v" })],
      output: { v: "$join.v" },
    });
    const deeds = { "sub.best": V, "sub.best.1": FAILS, "sub.plain": FAILS, join: V };
    const list = ["x", "y", "z"];
    const failed = await run(each({}), deeds, { list }, [FALLS]);
    expect([failed.status, failed.culprit]).toEqual(["failed", "sub.best.1"]);
    const skipped = await run(each({ on_failure: "skip" }), deeds, { list }, [FALLS]);
    expect(skipped.attempts.join).toEqual([{ all: ["sub.best.0.v", "sub.best.2.v"] }]);
    const loop: Omit<Graph, "name"> = {
      groups: { g: { repeat: { max: 3, until: { ge: ["$g.index", 2] } } } },
      nodes: [
        graphNode("sub", "falls", {}, { group: "g" }),
        node("after", { x: { $any: ["$sub.v", "none"] } }),
      ],
      output: { v: "$after.v" },
    };
    const looped = await run(loop, { ...deeds, after: V }, {}, [FALLS]);
    expect(looped.attempts.after).toEqual([{ x: "none" }]);
    expect(statuses(looped)["sub.best.2"]).toBeUndefined();
  });
});

describe("a graph in a group", () => {
  const scenes = (more: object = {}): Omit<Graph, "name"> => ({
    groups: { scene: { each: "$input.texts", max: 5, ...more } },
    nodes: [
      node("voice", { i: "$scene.index" }, { group: "scene" }),
      graphNode("talk", "talk", { text: "$scene.item", tone: "$voice.v" }, { group: "scene" }),
      node("clip", { x: "$talk.film" }, { group: "scene" }),
      node("join", { films: "$talk.film", clips: "$clip.v" }),
    ],
    output: { v: "$join.v" },
  });
  const all = { voice: V, clip: V, join: V, ...ALL };
  const texts = ["one", "two", "three"];

  it("is done per element, by index within, and joins as an ordered list", async () => {
    const played = await run(scenes({ at_once: 2 }), all, { texts });
    expect(played.output).toEqual({ v: "join.v" });
    expect(played.attempts["talk.say.1"]).toEqual([{ text: "two", tone: "voice.1.v" }]);
    expect(played.attempts["clip.2"]).toEqual([{ x: "talk.film.2.v" }]);
    expect(played.attempts.join).toEqual([
      {
        films: ["talk.film.0.v", "talk.film.1.v", "talk.film.2.v"],
        clips: ["clip.0.v", "clip.1.v", "clip.2.v"],
      },
    ]);
  });

  it("is left out whole where the group leaves failures out, and fails the run where not", async () => {
    const deeds = { ...all, "talk.beside.1": FAILS };
    const skipping = await run(scenes({ on_failure: "skip" }), deeds, { texts });
    expect(skipping.attempts.join).toEqual([
      { films: ["talk.film.0.v", "talk.film.2.v"], clips: ["clip.0.v", "clip.2.v"] },
    ]);
    const failed = await run(scenes(), deeds, { texts });
    expect([failed.status, failed.culprit]).toEqual(["failed", "talk.beside.1"]);
  });

  it("is repeated whole in a loop, and hands on what it made", async () => {
    const graph: Omit<Graph, "name"> = {
      groups: {
        take: {
          repeat: {
            max: 4,
            until: { eq: ["$talk.film", "good"] },
            carry: { last: { init: "begin", next: "$talk.film" } },
          },
        },
      },
      nodes: [graphNode("talk", "talk", { text: "$take.last" }, { group: "take" })],
      output: { v: "$talk.film" },
    };
    const deeds = { ...ALL, "talk.film.0": gives({ v: "bad" }), "talk.film.1": gives({ v: "good" }) };
    const played = await run(graph, deeds);
    expect([played.status, played.output]).toEqual(["succeeded", { v: "good" }]);
    expect(played.attempts["talk.say.1"]).toEqual([{ text: "bad" }]);
    expect(statuses(played)["talk.say.2"]).toBeUndefined();
    const broken = await run(graph, { ...deeds, "talk.beside.1": FAILS });
    expect([broken.status, broken.culprit]).toEqual(["failed", "talk.beside.1"]);
  });

  it("is one of a try block", async () => {
    const graph: Omit<Graph, "name"> = {
      groups: { fine: {} },
      nodes: [
        graphNode("talk", "talk", { text: "hi" }, { group: "fine" }),
        node("large", { x: "$talk.film" }, { group: "fine" }),
        node("plan_b"),
      ],
      edges: [{ from: "fine", to: "plan_b", on: "failure" }],
      output: { v: { $any: ["$large.v", "$plan_b.v"] } },
    };
    const deeds = { ...ALL, large: V, plan_b: V };
    expect((await run(graph, deeds)).output).toEqual({ v: "large.v" });
    for (const culprit of ["talk.say", "talk.beside", "large"])
      expect((await run(graph, { ...deeds, [culprit]: FAILS })).output).toEqual({ v: "plan_b.v" });
  });
});

describe("deadline_s around a graph, and within one", () => {
  const FINE: Graph = {
    name: "timed",
    groups: { fine: { deadline_s: 5 } },
    nodes: [node("a", {}, { group: "fine" }), node("b", { x: "$a.v?" })],
    edges: [{ from: "fine", to: "b", on: "always" }],
    output: { v: "$b.v" },
  };
  const late = ({ rows }: Awaited<ReturnType<typeof play>>): Record<string, string | undefined> =>
    Object.fromEntries(
      [...rows].flatMap(([id, { status, error }]) => (status === "failed" ? [[id, error?.detail]] : [])),
    );
  const had = (seconds: number) => `It had ${seconds} s from its first dispatch.`;

  it("is for the nodes of the graphs in a group, at any depth, those included that have not begun", async () => {
    const deep: Graph = {
      name: "deep",
      input: { text: "Text" },
      groups: { inner: {} },
      nodes: [graphNode("talk", "talk", { text: "$input.text" }, { group: "inner" }), node("end")],
      output: { film: "$talk.film" },
    };
    const graph: Omit<Graph, "name"> = {
      groups: { fine: { deadline_s: 5 } },
      nodes: [graphNode("deep", "deep", { text: "hi" }, { group: "fine" }), node("plan_b"), node("beside")],
      edges: [{ from: "fine", to: "plan_b", on: "failure" }],
      output: { v: { $any: ["$deep.film", "$plan_b.v"] }, beside: "$beside.v" },
    };
    const deeds = { "deep.talk.beside": V, "deep.talk.film": V, "deep.end": V, plan_b: V, beside: V };
    const played = await run(graph, { ...deeds, "deep.talk.say": HANGS }, {}, [TALK, deep]);
    expect(played.output).toEqual({ v: "plan_b.v", beside: "beside.v" });
    expect(late(played)).toEqual({ "deep.talk.say": had(5), "deep.talk.film": had(5) });
    expect(played.rows.get("deep.talk.say")!.error).toMatchObject({ code: "node-deadline" });
    const quick = await run(graph, { ...deeds, "deep.talk.say": V }, {}, [TALK, deep]);
    expect([quick.output, late(quick)]).toEqual([{ v: "deep.talk.film.v", beside: "beside.v" }, {}]);
  });

  it("beside a graph is for its nodes, and says nothing when these end in time", async () => {
    const graph: Omit<Graph, "name"> = {
      nodes: [graphNode("talk", "talk", { text: "hi" }, { deadline_s: 6 }), node("plan_b"), node("thanks")],
      edges: [
        { from: "talk", to: "plan_b", on: "failure" },
        { from: "talk", to: "thanks", on: "success" },
      ],
      output: { v: { $any: ["$talk.film", "$plan_b.v"] } },
    };
    const deeds = { ...ALL, plan_b: V, thanks: V };
    const played = await run(graph, { ...deeds, "talk.say": HANGS });
    expect([played.output, late(played)]).toEqual([
      { v: "plan_b.v" },
      { "talk.say": had(6), "talk.film": had(6) },
    ]);
    expect(statuses(played)).toMatchObject({ thanks: "skipped", "talk.beside": "succeeded" });
    const quick = await run(graph, deeds);
    expect([quick.output, late(quick)]).toEqual([{ v: "talk.film.v" }, {}]);
    const alone = await run({ ...graph, edges: [], output: {} }, { ...deeds, "talk.film": HANGS });
    expect([alone.status, alone.culprit]).toEqual(["failed", "talk.film"]);
  });

  it("beside a graph that follows its own failures leaves what it has made", async () => {
    const graph: Omit<Graph, "name"> = {
      nodes: [graphNode("sure", "sure", { text: "hi" }, { deadline_s: 6 })],
      output: { or: "$sure.or" },
    };
    const played = await run(graph, { "sure.say": HANGS });
    expect([played.output, late(played)]).toEqual([{ or: "none" }, { "sure.say": had(6) }]);
  });

  it("beside a graph counts per index of a list, per iteration of a loop, and through graphs around", async () => {
    const timed: Partial<GraphNode> = { group: "g", deadline_s: 6 };
    const listed: Omit<Graph, "name"> = {
      groups: { g: { each: "$input.list", max: 3, at_once: 1, on_failure: "skip" } },
      nodes: [graphNode("talk", "talk", { text: "$g.item" }, timed)],
      output: { v: "$talk.film" },
    };
    const list = ["x", "y", "z"];
    const each = await run(listed, { ...ALL, "talk.film.1": HANGS }, { list });
    expect([each.output, late(each)]).toEqual([
      { v: ["talk.film.0.v", "talk.film.2.v"] },
      { "talk.film.1": had(6) },
    ]);
    const looped: Omit<Graph, "name"> = {
      groups: { g: { repeat: { max: 3, until: { ge: ["$g.index", 1] } } } },
      nodes: [graphNode("talk", "talk", { text: "x" }, timed)],
      output: { v: { $any: ["$talk.film", "none"] } },
    };
    const second = await run(looped, { ...ALL, "talk.say.1": HANGS });
    expect([second.output, late(second)]).toEqual([
      { v: "none" },
      { "talk.say.1": had(6), "talk.film.1": had(6) },
    ]);
    const deep: Graph = { name: "deep", ...looped, nodes: looped.nodes.map((each) => ({ ...each })) };
    const outer = { nodes: [graphNode("deep", "deep")], output: { v: "$deep.v" } };
    const within = Object.fromEntries(Object.entries(ALL).map(([id, deeds]) => [`deep.${id}`, deeds]));
    const third = await run(outer, { ...within, "deep.talk.film.0": HANGS }, {}, [TALK, deep]);
    expect([third.output, late(third)]).toEqual([{ v: "none" }, { "deep.talk.film.0": had(6) }]);
  });

  it("is for all graphs of a list together, if it is the list's", async () => {
    const graph: Omit<Graph, "name"> = {
      groups: { g: { each: "$input.list", max: 3, at_once: 1, deadline_s: 7, on_failure: "skip" } },
      nodes: [graphNode("talk", "talk", { text: "$g.item" }, { group: "g" })],
      output: { v: "$talk.film" },
    };
    const played = await run(graph, { ...ALL, "talk.film.1": HANGS }, { list: ["x", "y", "z"] });
    expect(played.output).toEqual({ v: ["talk.film.0.v"] });
    expect(new Set(Object.keys(late(played)))).toEqual(
      new Set(["talk.film.1", "talk.say.2", "talk.film.2", "talk.beside.2"]),
    );
  });

  it("is counted from its own beginning for each index of a list around", async () => {
    const graph: Omit<Graph, "name"> = {
      groups: { g: { each: "$input.list", max: 3, at_once: 1 } },
      nodes: [graphNode("t", "timed", {}, { group: "g" })],
      output: { v: "$t.v" },
    };
    const deeds = { "t.a": V, "t.a.0": HANGS, "t.b": V };
    const played = await run(graph, deeds, { list: ["x", "y"] }, [FINE]);
    expect(played.output).toEqual({ v: ["t.b.0.v", "t.b.1.v"] });
    expect(late(played)).toEqual({ "t.a.0": had(5) });
    expect(played.attempts["t.b.1"]).toEqual([{ x: "t.a.1.v" }]);
  });

  it("ends the inner group first where both have one, and the outer by its own", async () => {
    const graph: Omit<Graph, "name"> = {
      groups: { outer: { deadline_s: 8 } },
      nodes: [
        graphNode("t", "timed", {}, { group: "outer" }),
        node("after", { x: "$t.v?" }, { group: "outer" }),
        node("plan_b"),
      ],
      edges: [{ from: "outer", to: "plan_b", on: "failure" }],
      output: { v: { $any: ["$after.v", "$plan_b.v"] } },
    };
    const deeds = { "t.b": V, after: V, plan_b: V };
    const inner = await run(graph, { ...deeds, "t.a": HANGS }, {}, [FINE]);
    expect([inner.output, late(inner)]).toEqual([{ v: "after.v" }, { "t.a": had(5) }]);
    const both = await run(graph, { ...deeds, "t.a": HANGS, "t.b": HANGS }, {}, [FINE]);
    expect([both.output, late(both)]).toEqual([
      { v: "plan_b.v" },
      { "t.a": had(5), "t.b": had(8), after: had(8) },
    ]);
  });
});

const TWICE: Graph = {
  name: "twice",
  input: { text: "Text" },
  nodes: [
    node("one", { x: "$input.text" }),
    node("two", { x: "$input.text", y: "$one.v" }, { plane: "node", type: "node_work" }),
  ],
  output: { v: "$two.v" },
};

describe("a race before a graph, and within one", () => {
  const TURNS = [[0], [0.999], [0.3, 0.9, 0, 0.6], [0.6, 0.2, 0.95, 0.4], [0, 0.999], [0.999, 0]];
  const firstOf = ({ events }: Awaited<ReturnType<typeof play>>, ids: string[]): string =>
    events.find(({ type, node: id }) => type === "node.succeeded" && ids.includes(id))!.node;

  it("gives all nodes of the graph what came first, whenever they look", async () => {
    const graph: Graph = {
      name: "outer",
      nodes: [node("a"), node("b"), graphNode("t", "twice", { text: { $first: ["$a.v", "$b.v"] } })],
      output: { v: "$t.v" },
    };
    const winners = new Set<string>();
    for (const turns of TURNS) {
      const deeds = { a: V, b: V, "t.one": V, "t.two": V };
      const played = await play({ graph, graphs: [TWICE], deeds, turns });
      const winner = firstOf(played, ["a", "b"]);
      winners.add(winner);
      expect(played.attempts).toMatchObject({
        "t.one": [{ x: `${winner}.v` }],
        "t.two": [{ x: `${winner}.v` }],
      });
    }
    expect(winners).toEqual(new Set(["a", "b"]));
  });

  it("takes what the graph was given only when none of the others comes", async () => {
    const careful: Graph = {
      name: "careful",
      input: { text: "Text" },
      nodes: [node("a"), node("b"), node("c", { x: { $first: ["$a.v", "$b.v", "$input.text"] } })],
      output: { v: "$c.v" },
    };
    const graph = {
      nodes: [node("plan"), graphNode("t", "careful", { text: "$plan.v" })],
      output: { v: "$t.v" },
    };
    const deeds = { plan: V, "t.a": FAILS, "t.b": V, "t.c": V };
    expect((await run(graph, deeds, {}, [careful])).attempts["t.c"]).toEqual([{ x: "t.b.v" }]);
    const none = await run(graph, { ...deeds, "t.b": FAILS }, {}, [careful]);
    expect(none.attempts["t.c"]).toEqual([{ x: "plan.v" }]);
  });

  it("begins a loop with what came first, and an output of the graph is what came first", async () => {
    const raced: Graph = {
      name: "raced",
      nodes: [node("a"), node("b")],
      output: { v: { $first: ["$a.v", "$b.v"] } },
    };
    const graph: Graph = {
      name: "outer",
      groups: {
        g: {
          repeat: {
            max: 2,
            until: { ge: ["$g.index", 1] },
            carry: { x: { init: { $first: ["$c.v", "$d.v"] }, next: "$two.v" } },
          },
        },
      },
      nodes: [
        graphNode("t", "raced"),
        node("c"),
        node("d"),
        node("one", { x: "$g.x" }, { group: "g" }),
        node("two", { x: "$g.x", y: "$one.v" }, { group: "g", plane: "node", type: "node_work" }),
      ],
      output: { v: "$t.v", two: "$two.v" },
    };
    for (const turns of TURNS) {
      const deeds = { "t.a": V, "t.b": V, c: V, d: V, one: V, two: V };
      const played = await play({ graph, graphs: [raced], deeds, turns });
      expect(played.output).toMatchObject({ v: `${firstOf(played, ["t.a", "t.b"])}.v` });
      const begun = { x: `${firstOf(played, ["c", "d"])}.v` };
      expect(played.attempts).toMatchObject({ "one.0": [begun], "two.0": [begun] });
    }
  });
});

describe("who was not first is called back", () => {
  const others = (played: Awaited<ReturnType<typeof play>>) =>
    Object.entries(statuses(played))
      .filter(([, status]) => status !== "succeeded")
      .toSorted();
  const twice = { "t.one": V, "t.two": V, "after.one": V, "after.two": V };
  const turn = { repeat: { max: 3, until: { ge: ["$g.index", 1] } } };

  it("before a graph, with what only serves it", async () => {
    const before: Omit<Graph, "name"> = {
      nodes: [
        node("a"),
        node("b"),
        node("b2", { x: "$b.v" }),
        graphNode("t", "twice", { text: { $first: ["$a.v", "$b2.v"] } }),
        graphNode("after", "twice", { text: "$t.v" }),
      ],
      output: { v: "$after.v" },
    };
    const played = await run(before, { a: V, b: HANGS, b2: V, ...twice }, {}, [TWICE]);
    expect([played.output, others(played)]).toEqual([
      { v: "after.two.v" },
      [
        ["b", "canceled"],
        ["b2", "canceled"],
      ],
    ]);
  });

  it("in a loop of a graph, though others wait for that graph", async () => {
    const again: Graph = {
      name: "again",
      input: { text: "Text" },
      groups: { g: turn },
      nodes: [
        node("quick", { x: "$input.text" }, { group: "g" }),
        node("slow", {}, { group: "g" }),
        node("u", { x: { $first: ["$slow.v", "$quick.v"] } }, { group: "g" }),
      ],
      output: { v: "$u.v" },
    };
    const within: Omit<Graph, "name"> = {
      nodes: [
        graphNode("t", "again", { text: "x" }),
        graphNode("after", "twice", { text: "$t.v" }),
        node("thanks"),
      ],
      edges: [{ from: "t", to: "thanks", on: "success" }],
      output: { v: "$after.v" },
    };
    const all = { ...twice, "t.quick": V, "t.slow": HANGS, "t.u": V, thanks: V };
    const looped = await run(within, all, {}, [TWICE, again]);
    expect([looped.output, others(looped)]).toEqual([
      { v: "after.two.v" },
      [
        ["t.slow.0", "canceled"],
        ["t.slow.1", "canceled"],
      ],
    ]);
  });

  it("before a loop", async () => {
    const carry = { x: { init: { $first: ["$c.v", "$d.v"] }, next: "$one.v" } };
    const loop: Omit<Graph, "name"> = {
      groups: { g: { repeat: { ...turn.repeat, carry } } },
      nodes: [node("c"), node("d"), node("one", { x: "$g.x" }, { group: "g" })],
      output: { v: "$one.v" },
    };
    const begun = await run(loop, { c: HANGS, d: V, one: V });
    expect([begun.output, others(begun)]).toEqual([{ v: "one.1.v" }, [["c", "canceled"]]]);
  });

  it("in what a graph makes, by index, while the rest of it goes on", async () => {
    const raced: Graph = {
      name: "raced",
      input: { text: "Text" },
      nodes: [node("a", { x: "$input.text" }), node("b"), node("beside")],
      output: { v: { $first: ["$a.v", "$b.v"] } },
    };
    const listed: Omit<Graph, "name"> = {
      groups: { g: { each: "$input.list", max: 3 } },
      nodes: [
        graphNode("t", "raced", { text: "$g.item" }, { group: "g" }),
        node("end", { x: "$t.v" }, { group: "g" }),
      ],
      output: { v: "$t.v" },
    };
    const deeds = { "t.a.0": V, "t.b.0": HANGS, "t.a.1": HANGS, "t.b.1": V, "t.beside": V, end: V };
    const each = await run(listed, deeds, { list: ["x", "y"] }, [raced]);
    expect([each.output, others(each)]).toEqual([
      { v: ["t.a.0.v", "t.b.1.v"] },
      [
        ["t.a.1", "canceled"],
        ["t.b.0", "canceled"],
      ],
    ]);
  });
});

describe("a graph with groups, as a node", () => {
  const MANY: Graph = {
    name: "many",
    input: { texts: "Text[]", least: "Number?" },
    groups: {
      scene: { each: "$input.texts", max: 3 },
      take: { repeat: { max: 2, until: { ge: ["$rate.n", "$input.least"] } } },
    },
    nodes: [
      node("clip", { x: "$scene.item", i: "$scene.index" }, { group: "scene" }),
      node("join", { clips: "$clip.v" }),
      node("make", { x: "$join.v", k: "$take.index" }, { group: "take" }),
      node("rate", { x: "$make.v" }, { group: "take" }),
    ],
    output: { clips: "$clip.v", made: "$make.v" },
  };
  const graph = (when?: GraphNode["when"]): Omit<Graph, "name"> => ({
    nodes: [
      node("plan"),
      graphNode("many", "many", { texts: "$plan.list", least: 5 }, when ? { when } : {}),
      node("plan_b"),
    ],
    edges: [{ from: "many", to: "plan_b", on: "failure" }],
    output: { clips: "$many.clips?", made: "$many.made?", b: "$plan_b.v?" },
  });
  const deeds = (list: unknown, ...ratings: number[]): Case["deeds"] => ({
    plan: gives({ list }),
    plan_b: V,
    "many.clip": V,
    "many.join": V,
    "many.make": V,
    ...Object.fromEntries(ratings.map((n, k) => [`many.rate.${k}`, gives({ n })])),
  });

  it("goes over the list that it is given, and loops until its condition holds", async () => {
    const played = await run(graph(), deeds(["x", "y"], 1, 7), {}, [MANY]);
    expect(played.output).toEqual({ clips: ["many.clip.0.v", "many.clip.1.v"], made: "many.make.1.v" });
    expect(played.attempts["many.clip.1"]).toEqual([{ x: "y", i: 1 }]);
    expect(played.attempts["many.make.1"]).toEqual([{ x: "many.join.v", k: 1 }]);
  });

  it("fails with a list that is too long and with a loop that does not close, as it does alone", async () => {
    for (const given of [deeds(["x", "y", "z", "0"], 7), deeds(["x"], 1, 2), deeds("no list", 7)]) {
      const played = await run(graph(), given, {}, [MANY]);
      expect([played.status, played.output]).toEqual(["succeeded", { b: "plan_b.v" }]);
    }
    const { edges: _, ...alone } = graph();
    const failed = await run(alone, deeds(["x"], 1, 2), {}, [MANY]);
    expect([failed.status, failed.culprit]).toEqual(["failed", "many.take"]);
  });

  it("is not even looked at when it is skipped", async () => {
    const played = await run(graph({ eq: ["$plan.v", "never"] }), deeds(["x", "y", "z", "0"]), {}, [MANY]);
    expect([played.status, played.output]).toEqual(["succeeded", {}]);
    expect(statuses(played)).toMatchObject({
      "many.clip": "skipped",
      "many.join": "skipped",
      "many.make": "skipped",
      plan_b: "skipped",
    });
  });
});

describe("graphs within graphs", () => {
  const OUTER: Graph = {
    name: "outer-one",
    input: { words: "Text", tone: "Text?" },
    groups: { fine: {} },
    nodes: [
      graphNode("talk", "talk", { text: "$input.words", tone: "$input.tone?" }, { group: "fine" }),
      node("late", { x: "$talk.film" }),
    ],
    output: { v: "$late.v", film: "$talk.film" },
  };

  it("hand inputs down and outputs up, and each stands for its failures", async () => {
    const nodes = [node("plan"), graphNode("deep", "outer-one", { words: "$plan.v", tone: "t" })];
    const graph = { nodes, output: { v: { $any: ["$deep.v", "none"] }, film: "$deep.film?" } };
    const deeds = {
      plan: V,
      "deep.talk.say": V,
      "deep.talk.film": V,
      "deep.talk.beside": V,
      "deep.late": V,
    };
    const played = await run(graph, deeds, {}, [TALK, OUTER]);
    expect(played.output).toEqual({ v: "deep.late.v", film: "deep.talk.film.v" });
    expect(played.attempts["deep.talk.say"]).toEqual([{ text: "plan.v", tone: "t" }]);
    const failed = await run(graph, { ...deeds, "deep.talk.beside": FAILS }, {}, [TALK, OUTER]);
    expect([failed.status, failed.output]).toEqual(["succeeded", { v: "none" }]);
  });

  it("share the weight of their node", () => {
    const inner: Graph = { ...TALK, nodes: TALK.nodes.map((each, i) => ({ ...each, weight: i + 1 })) };
    const flat = (weight?: number) =>
      flatten(
        { name: "o", nodes: [graphNode("t", "talk", { text: "x" }, weight ? { weight } : {})], output: {} },
        () => flatten(inner),
      ).nodes.map((each) => each.weight);
    expect(flat(12)).toEqual([2, 4, 6]);
    expect(flat()).toEqual([1, 2, 3]);
  });

  it("leave a graph without graphs in it as it was sent", () => {
    expect(flatten(TALK)).toBe(TALK);
    expect(toGraphModel(flatten(TALK), "d").nodes.map(({ id }) => id)).toEqual(["say", "beside", "film"]);
  });
});
