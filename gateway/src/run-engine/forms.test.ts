/** Graphs that branch and map, played by engine, driver and executor together: each with its result. */
import type { Graph, GraphNode } from "@myspinbot/contracts/types.ts";
import { describe, expect, it } from "vitest";
import type { Case, Deed } from "../../test/semantics/graphs.ts";
import { play, quickHub, type MakeHub } from "../../test/semantics/play.ts";
import { DriveSaver } from "../checkpoints/drive-saver.ts";
import { flatten } from "../graphs/flatten.ts";
import { createHubCache } from "./hub.ts";
import { toGraphModel } from "./read-graph.ts";
import { decide } from "./readiness.ts";
import { outputChannel, stateChannel, type Channels } from "./state.ts";

type Inputs = GraphNode["inputs"];

function node(id: string, inputs: Inputs = {}, more: Partial<GraphNode> = {}): GraphNode {
  return { id, type: "python_work", plane: "python", inputs, ...more };
}

const V: Deed[] = [{ makes: ["v"] }];
const FAILS: Deed[] = [{ fails: "permanent" }];
const gives = (outputs: Record<string, unknown>): Deed[] => [{ makes: [], gives: outputs }];

function toCase(graph: Omit<Graph, "name">, deeds: Case["deeds"], input: Record<string, unknown> = {}): Case {
  return { graph: { name: "formed", ...graph }, deeds, input, turns: [0.3, 0.9, 0, 0.6] };
}

async function run(
  graph: Omit<Graph, "name">,
  deeds: Case["deeds"],
  input: Record<string, unknown> = {},
): ReturnType<typeof play> {
  const cached = createHubCache(new DriveSaver(() => 0.5), 10);
  const slow = await play(toCase(graph, deeds, input), cached satisfies MakeHub);
  const quick = await play(toCase(graph, deeds, input), quickHub);
  expect([slow.status, slow.output]).toEqual([quick.status, quick.output]);
  return slow;
}

function statuses({ rows }: Awaited<ReturnType<typeof play>>): Record<string, string> {
  return Object.fromEntries(
    [...rows].filter(([, row]) => row.instances === undefined).map(([id, row]) => [id, row.status]),
  );
}

describe("when", () => {
  const graph: Omit<Graph, "name"> = {
    nodes: [
      node("talk", {}, { when: { eq: ["$input.kind", "talk"] } }),
      node("song", {}, { when: { not: { eq: ["$input.kind", "talk"] } } }),
    ],
    output: { film: { $any: ["$talk.v", "$song.v"] } },
  };

  it("branches by an input", async () => {
    const played = await run(graph, { talk: V, song: V }, { kind: "talk" });
    expect(played.output).toEqual({ film: "talk.v" });
    expect(statuses(played)).toEqual({ talk: "succeeded", song: "skipped" });
    expect((await run(graph, { talk: V, song: V }, { kind: "song" })).output).toEqual({ film: "song.v" });
  });

  it("branches by an output, after it is there, and skips what hangs on the other branch", async () => {
    const nodes = [
      node("score"),
      node("good", { x: "$score.n" }, { when: { ge: ["$score.n", 5] } }),
      node("bad", {}, { when: { lt: ["$score.n", 5] } }),
      node("after", { x: "$bad.v" }),
    ];
    const played = await run(
      { nodes, output: { v: { $any: ["$after.v", "$good.v"] } } },
      { score: gives({ n: 7 }), good: V, bad: V, after: V },
    );
    expect(played.output).toEqual({ v: "good.v" });
    expect(statuses(played)).toMatchObject({ good: "succeeded", bad: "skipped", after: "skipped" });
  });

  it("takes a missing operand as neither equal nor in any order", async () => {
    const nodes = [
      node("eq", {}, { when: { eq: ["$input.x", "a"] } }),
      node("ne", {}, { when: { ne: ["$input.x", "a"] } }),
      node("le", {}, { when: { le: ["$input.x", 1] } }),
      node("has", {}, { when: { has: "$input.x" } }),
      node("within", {}, { when: { in: ["$input.x", ["a", "b"]] } }),
    ];
    const played = await run({ nodes, output: {} }, {});
    expect(statuses(played)).toEqual({
      eq: "skipped",
      ne: "succeeded",
      le: "skipped",
      has: "skipped",
      within: "skipped",
    });
  });
});

it("says why a node was skipped, per instance, in its event and in the run", async () => {
  const graph: Omit<Graph, "name"> = {
    groups: {
      g: { each: "$input.list", max: 3 },
      empty: { each: "$bad.list", max: 3 },
    },
    nodes: [
      node("member", {}, { group: "g", when: { eq: ["$g.index", 1] } }),
      node("silent"),
      node("needs", { x: "$silent.w" }),
      node("instead"),
      node("bad"),
      node("none", {}, { group: "empty" }),
      node("piece"),
    ],
    edges: [
      { from: "silent", to: "instead", on: "failure" },
      { from: "bad", to: "piece", on: "always" },
    ],
    output: {},
  };
  const { events, rows } = await run(graph, { member: V, silent: V, bad: FAILS, piece: V }, { list: [1, 2] });
  const reasons = {
    "member.0": "when",
    needs: "input",
    instead: "edge",
    none: "group",
  };
  const skipped = events.filter(({ type }) => type === "node.skipped");
  expect(
    Object.fromEntries(skipped.map(({ node: id, data }) => [id, (data as { reason: string }).reason])),
  ).toEqual(reasons);
  for (const [id, reason] of Object.entries(reasons))
    expect([id, rows.get(id)!.status, rows.get(id)!.reason]).toEqual([id, "skipped", reason]);
});

describe("$any and $text", () => {
  it("fall back: the failure of a named node is handled, and a constant is the default", async () => {
    const nodes = [
      node("neural"),
      node("plain"),
      node("film", { voice: { $any: ["$neural.v", "$plain.v", "none"] } }),
    ];
    const graph = { nodes, output: { v: "$film.v" } };
    const all = { neural: V, plain: V, film: V };
    expect((await run(graph, all)).attempts.film).toEqual([{ voice: "neural.v" }]);
    expect((await run(graph, { ...all, neural: FAILS })).attempts.film).toEqual([{ voice: "plain.v" }]);
    const last = await run(graph, { film: V, neural: FAILS, plain: FAILS });
    expect([last.status, last.attempts.film]).toEqual(["succeeded", [{ voice: "none" }]]);
  });

  it("skip the node when no alternative comes, unless the last may be missing", async () => {
    const nodes = [
      node("a"),
      node("must", { x: { $any: ["$a.v"] } }),
      node("may", { x: { $any: ["$a.v?"] } }),
    ];
    const played = await run({ nodes, output: {} }, { a: FAILS, must: V, may: V });
    expect(statuses(played)).toEqual({ a: "failed", must: "skipped", may: "succeeded" });
  });

  it("join texts, numbers and what may be missing", async () => {
    const nodes = [node("a"), node("b", { x: { $text: ["Part ", "$a.n", " of $", "$input.name?", "$$5"] } })];
    const played = await run({ nodes, output: {} }, { a: gives({ n: 2 }) });
    expect(played.attempts.b).toEqual([{ x: "Part 2 of $$5" }]);
  });
});

describe("each", () => {
  const film = (more: object = {}): Omit<Graph, "name"> => ({
    groups: { scene: { each: "$input.scenes", max: 10, item: { text: "Text", tone: "Text?" }, ...more } },
    nodes: [
      node("music"),
      node(
        "voice",
        { text: "$scene.text", tone: "$scene.tone?", no: { $text: ["Scene ", "$scene.index"] } },
        { group: "scene" },
      ),
      node("clip", { voice: "$voice.v", music: "$music.v" }, { group: "scene" }),
      node("join", { clips: "$clip.v" }),
    ],
    output: { film: "$join.v" },
  });
  const all = { music: V, voice: V, clip: V, join: V };
  const scenes = [{ text: "one" }, { text: "two", tone: "calm" }, { text: "three" }];

  it("makes a film of several scenes: by index within, broadcast into, an ordered list out of the group", async () => {
    const played = await run(film(), all, { scenes });
    expect(played.output).toEqual({ film: "join.v" });
    expect(played.attempts["voice.1"]).toEqual([{ text: "two", tone: "calm", no: "Scene 1" }]);
    expect(played.attempts["clip.2"]).toEqual([{ voice: "voice.2.v", music: "music.v" }]);
    expect(played.attempts.join).toEqual([{ clips: ["clip.0.v", "clip.1.v", "clip.2.v"] }]);
  });

  it("joins an empty list as an empty list", async () => {
    expect((await run(film(), all, { scenes: [] })).attempts.join).toEqual([{ clips: [] }]);
  });

  it("leaves failed indices out where the group says so, and fails the run where not", async () => {
    const deeds = { ...all, "voice.1": FAILS };
    expect((await run(film({ on_failure: "skip" }), deeds, { scenes })).attempts.join).toEqual([
      { clips: ["clip.0.v", "clip.2.v"] },
    ]);
    const failed = await run(film(), deeds, { scenes });
    expect([failed.status, failed.culprit]).toEqual(["failed", "voice.1"]);
  });

  it("comes to no list for anybody if one of its nodes fails, also when another was skipped before", async () => {
    const graph: Omit<Graph, "name"> = {
      groups: { g: { each: "$input.list", max: 2 } },
      nodes: [
        node("a", {}, { group: "g" }),
        node("c", {}, { group: "g" }),
        node("d", { x: "$a.v", y: "$c.v" }, { group: "g" }),
        node("all", { list: "$d.v" }),
        node("after"),
      ],
      edges: [
        { from: "g", to: "after", on: "failure" },
        { from: "d", to: "after", on: "always" },
      ],
      output: { v: "$all.v?" },
    };
    const channels: Channels = { input: { list: ["x"] }, "state:a.0": { phase: "succeeded" } };
    channels["state:c.0"] = { phase: "held" };
    const waiting = decide(toGraphModel(flatten({ name: "formed", ...graph }), "digest"), channels);
    expect([waiting.skipped, waiting.ready]).toEqual([["d.0"], []]);
    const played = await run(graph, { c: FAILS, after: V, all: V }, { list: ["x"] });
    expect(statuses(played)).toMatchObject({ "d.0": "skipped", all: "skipped", after: "succeeded" });
  });

  it("goes over a list that a node makes, and fails a list that is too long or wrong, with its length", async () => {
    const graph: Omit<Graph, "name"> = {
      groups: { part: { each: "$plan.parts", max: 2 } },
      nodes: [node("plan"), node("work", { x: "$part.item", i: "$part.index" }, { group: "part" })],
      output: { v: "$work.v" },
    };
    const two = await run(graph, { plan: gives({ parts: ["a", "b"] }), work: V });
    expect([two.output, two.attempts["work.1"]]).toEqual([
      { v: ["work.0.v", "work.1.v"] },
      [{ x: "b", i: 1 }],
    ]);
    const three = await run(graph, { plan: gives({ parts: ["a", "b", "c"] }), work: V });
    expect([three.status, three.culprit]).toEqual(["failed", "part"]);
    expect((await run(graph, { plan: gives({ parts: "abc" }), work: V })).status).toBe("failed");
    const none = await run({ ...graph, output: { v: "$work.v?" } }, { plan: [{ makes: [] }], work: V });
    expect([none.status, statuses(none)]).toEqual(["succeeded", { plan: "succeeded", work: "skipped" }]);
  });

  it("keeps to the best of N takes by a list and a judge", async () => {
    const graph: Omit<Graph, "name"> = {
      groups: { take: { each: "$input.seeds", max: 5, on_failure: "skip" } },
      nodes: [node("speak", { seed: "$take.item" }, { group: "take" }), node("judge", { takes: "$speak.v" })],
      output: { best: "$judge.v" },
    };
    const played = await run(graph, { speak: V, "speak.0": FAILS, judge: V }, { seeds: [1, 2, 3] });
    expect(played.attempts.judge).toEqual([{ takes: ["speak.1.v", "speak.2.v"] }]);
  });

  it("tries one index again without the others", async () => {
    const played = await run(
      film(),
      { ...all, "voice.1": [{ fails: "retryable" }, { makes: ["v"] }] },
      { scenes },
    );
    expect(played.status).toBe("succeeded");
    expect([played.attempts["voice.0"], played.attempts["voice.1"]].map((each) => each!.length)).toEqual([
      1, 2,
    ]);
  });

  it("skips by a condition per index", async () => {
    const graph: Omit<Graph, "name"> = {
      groups: { n: { each: "$input.numbers", max: 5 } },
      nodes: [node("big", { x: "$n.item" }, { group: "n", when: { gt: ["$n.item", 2] } })],
      output: { v: "$big.v" },
    };
    expect((await run(graph, { big: V }, { numbers: [1, 3, 2, 5] })).output).toEqual({
      v: ["big.1.v", "big.3.v"],
    });
  });

  it("has so many indices under way at once as it says, and goes on with the next when one has ended", async () => {
    const graph = film({ at_once: 2 });
    const model = toGraphModel(flatten({ name: "formed", ...graph }), "digest");
    const channels: Channels = {
      input: { scenes },
      "state:music": { phase: "succeeded" },
      "out:music": { v: 1 },
    };
    expect(decide(model, channels).ready.toSorted()).toEqual(["clip.0", "clip.1", "voice.0", "voice.1"]);
    for (const id of ["voice.0", "voice.1", "clip.0"]) {
      channels[stateChannel(id)] = { phase: "succeeded" };
      channels[outputChannel(id)] = { v: id };
    }
    channels[stateChannel("clip.1")] = { phase: "held" };
    expect(decide(model, channels).ready.toSorted()).toEqual(["clip.2", "voice.2"]);
    expect((await run(graph, all, { scenes })).output).toEqual({ film: "join.v" });
  });

  it("refuses more nodes than a graph may have, with the count", async () => {
    const graph: Omit<Graph, "name"> = {
      groups: { x: { each: "$plan.list", max: 100 } },
      nodes: [node("plan"), ...["a", "b", "c", "d", "e"].map((id) => node(id, {}, { group: "x" }))],
      output: {},
    };
    const list = Array.from({ length: 100 }, (_, i) => `${i}`);
    const played = await run(graph, { plan: gives({ list }) });
    expect([played.status, played.culprit]).toEqual(["failed", "x"]);
    expect(played.error).toMatchObject({
      code: "group-failed",
      detail: expect.stringContaining("501 nodes") as string,
    });
  });
});

describe("a group is a try block", () => {
  const graph: Omit<Graph, "name"> = {
    groups: { fine: {} },
    nodes: [
      node("a", {}, { group: "fine" }),
      node("b", { x: "$a.v" }, { group: "fine" }),
      node("plan_b"),
      node("thanks"),
    ],
    edges: [
      { from: "fine", to: "plan_b", on: "failure" },
      { from: "fine", to: "thanks", on: "success" },
    ],
    output: { v: { $any: ["$b.v", "$plan_b.v"] } },
  };
  const all = { a: V, b: V, plan_b: V, thanks: V };

  it("whose failure an edge handles, whichever member fails", async () => {
    for (const culprit of ["a", "b"]) {
      const played = await run(graph, { ...all, [culprit]: FAILS });
      expect(played.output).toEqual({ v: "plan_b.v" });
      expect(statuses(played).thanks).toBe("skipped");
    }
    const played = await run(graph, all);
    expect(played.output).toEqual({ v: "b.v" });
    expect(statuses(played)).toMatchObject({ plan_b: "skipped", thanks: "succeeded" });
  });

  it("also over a list: an edge from the group fires once, and a list that is too long is a failure", async () => {
    const listed = { ...graph, groups: { fine: { each: "$input.list", max: 2 } } };
    const some = await run(
      { ...listed, output: { v: "$plan_b.v?" } },
      { ...all, "a.1": FAILS },
      { list: ["x", "y"] },
    );
    expect([some.status, some.attempts.plan_b]).toEqual(["succeeded", [{}]]);
    const long = await run({ ...listed, output: { v: "$plan_b.v?" } }, all, { list: ["x", "y", "z"] });
    expect([long.status, long.output]).toEqual(["succeeded", { v: "plan_b.v" }]);
  });
});
