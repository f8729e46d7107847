/** Graphs that stand in graphs as nodes, over HTTP: what comes of them, what a client sees, and what is refused. */
import type { Artifact, Graph, GraphNode, Run, Task } from "@myspinbot/contracts/types.ts";
import { validateRun } from "@myspinbot/contracts/validators.js";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import {
  createAppHarness,
  PNG,
  problemOf,
  runOf,
  workCatalogue,
  type AppHarness,
} from "../../test/app-harness.ts";
import { sha256Hex } from "../graphs/digest.ts";
import { newId } from "../ids.ts";

const work = (id: string, inputs: GraphNode["inputs"] = {}, more: Partial<GraphNode> = {}): GraphNode => ({
  ...{ id, type: "node_work", plane: "node", inputs },
  ...more,
});
const within = (
  id: string,
  graph: string,
  inputs: GraphNode["inputs"] = {},
  more: Partial<GraphNode> = {},
) => ({
  ...{ id, graph, inputs },
  ...more,
});

const SCENES = (length: number) => Array.from({ length }, () => ({ text: "x" }));
const SHIPPED: Graph[] = [
  {
    name: "scene",
    input: { text: "Text", image: "Image?", engine: "Text?" },
    nodes: [
      work("write", { text: "$input.text" }, { engine: "$input.engine?" }),
      work("draw", { text: "$write.text", image: "$input.image?" }, { type: "python_work", plane: "python" }),
    ],
    output: { text: "$write.text", image: "$draw.image" },
  },
  {
    name: "scenes",
    input: { scenes: "Json[]", pictures: "Image[]?", first: "Text" },
    groups: { one: { each: "$input.scenes", max: 3, item: { text: "Text", image: "Image?" } } },
    nodes: [
      work("say", { text: "$one.text", image: "$one.image?" }, { group: "one" }),
      within("begin", "scene", { text: "$input.first", engine: "test" }),
      work("join", { images: "$input.pictures?", image: "$begin.image" }),
    ],
    output: { texts: "$say.text", joined: "$join.text" },
  },
  {
    name: "texts",
    input: { texts: "Text[]" },
    groups: { each: { each: "$input.texts", max: 100 } },
    nodes: ["a", "b", "c", "d", "e"].map((id) => work(id, { text: "$each.item" }, { group: "each" })),
    output: { text: "$a.text" },
  },
  { name: "wide", nodes: Array.from({ length: 150 }, (_, i) => work(`n${i}`)), output: { text: "$n0.text" } },
  { name: "loop-a", nodes: [within("b", "loop-b")], output: { text: "$b.text" } },
  { name: "loop-b", nodes: [within("a", "loop-a")], output: { text: "$a.text" } },
  { name: "loop-c", nodes: [work("x"), within("c", "loop-c")], output: { text: "$x.text" } },
  {
    name: "needy",
    input: { text: "Text?" },
    nodes: [work("x", { text: "$input.text" })],
    output: { text: "$x.text" },
  },
];
SHIPPED[0]!.nodes[1]!.inputs!.need = 1;

let store: S3Access;
let h: AppHarness;

beforeAll(async () => {
  store = await freshBucket(inject("store"));
  h = await createAppHarness("inlined", {
    seaweed: store,
    deps: { graphs: workCatalogue(SHIPPED) },
  });
  await h.announceAll();
});
afterAll(() => h.close());

async function make(task: Task, text: string): Promise<Artifact> {
  const bytes = new TextEncoder().encode(text);
  const sha256 = await sha256Hex(bytes);
  const key = `runs/${task.run_id}/${task.task_id}/${sha256}/made.png`;
  await h.store.put(key, { bytes, mediaType: "image/png", sha256, metadata: {} });
  const about = { media_type: "image/png", size: bytes.byteLength, sha256, name: "made.png", meta: {} };
  return { artifact_id: newId("art", "s0"), key, ...about };
}

async function upload(): Promise<string> {
  const head = { "content-type": "image/png", "content-disposition": 'attachment; filename="a.png"' };
  const answer = await h.request("/v1/files", { method: "POST", body: PNG, headers: head });
  return ((await answer.json()) as { file_id: string }).file_id;
}

const GRAPH: Graph = {
  name: "film",
  input: { scenes: "Json[]", pictures: "Image[]?", engine: "Text?" },
  nodes: [
    work("title"),
    within("all", "scenes", {
      scenes: "$input.scenes",
      pictures: "$input.pictures?",
      first: { $text: ["First: ", "$title.text"] },
    }),
    within(
      "last",
      "scene",
      { text: "$all.joined", engine: "$input.engine?" },
      { weight: 6, deadline_s: 3600 },
    ),
  ],
  output: { texts: "$all.texts", image: "$last.image" },
};

describe("a run of a graph with graphs in it", () => {
  it("does their nodes, hands files down to them, and shows each as a group with its graph", async () => {
    const file = await upload();
    const seen: Record<string, unknown> = {};
    h.driver.startDriver();
    for (const pool of ["default", "node"])
      h.driver.startExecutor(pool, async (node, task) => {
        seen[node.id] = { engine: node.engine, ...node.inputs };
        if (node.id.endsWith("draw")) return { outputs: { image: await make(task, node.id) } };
        return { outputs: { text: node.id } };
      });
    const input = {
      scenes: [{ text: "one", image: { file_id: file } }, { text: "two" }],
      pictures: [{ file_id: file }],
      engine: "test",
    };
    const created = await h.post("/v1/runs", { graph: GRAPH, input });
    expect(created.status, await created.clone().text()).toBe(202);
    const { run_id, nodes } = await runOf(created);
    expect(nodes.map((node) => node.node_id)).toEqual([
      ...["title", "all.say", "all.begin.write", "all.begin.draw", "all.join"],
      ...["last.write", "last.draw"],
    ]);
    await h.driver.waitForEnd(run_id);

    const run: Run = await runOf(await h.request(`/v1/runs/${run_id}`));
    expect(validateRun(run), JSON.stringify(validateRun.errors)).toBe(true);
    expect([run.status, run.error, run.progress.percent]).toEqual(["succeeded", undefined, 100]);
    expect(run.output).toMatchObject({
      texts: ["all.say.0", "all.say.1"],
      image: { media_type: "image/png" },
    });
    expect(seen).toMatchObject({
      "all.begin.write": { engine: "test", text: { value: "First: title" } },
      "all.say.0": { image: { value: { artifact_id: file } } },
      "all.join": { images: { value: [{ artifact_id: file }] } },
      "last.write": { engine: "test", text: { value: "all.join" } },
    });
    const digests = await Promise.all(
      ["scenes", "scene"].map(async (name) => {
        const answer = await h.request(`/v1/graphs/${name}`);
        return ((await answer.json()) as { graph_digest: string }).graph_digest;
      }),
    );
    const ended = { count: 1, ended: 1, failed: 0 };
    expect(run.groups).toEqual([
      {
        ...{ group_id: "all", kind: "graph", graph: "scenes", graph_digest: digests[0], ...ended },
        nodes: ["all.say", "all.begin.write", "all.begin.draw", "all.join"],
      },
      {
        ...{ group_id: "all.begin", kind: "graph", graph: "scene", graph_digest: digests[1], ...ended },
        nodes: ["all.begin.write", "all.begin.draw"],
      },
      { group_id: "all.one", kind: "each", nodes: ["all.say"], count: 2, ended: 2, failed: 0 },
      {
        ...{ group_id: "last", kind: "graph", graph: "scene", graph_digest: digests[1], ...ended },
        nodes: ["last.write", "last.draw"],
      },
    ]);
    const events = await h.driver.events(run_id);
    expect(events.filter(({ type }) => type === "node.expanded").map(({ node }) => node)).toEqual([
      "all.say",
    ]);
    expect(run.artifacts.map(({ node_id }) => node_id).toSorted()).toEqual(["all.begin.draw", "last.draw"]);
  });

  it("is shown as it was written, under the digest of what is run", async () => {
    const shown = (await (await h.request("/v1/graphs/scenes")).json()) as {
      graph: Graph;
      graph_digest: string;
    };
    expect(shown.graph).toEqual(SHIPPED[1]);
    const { run_id, graph_digest } = await runOf(
      await h.post("/v1/runs", { graph: "scenes", input: { scenes: [], first: "a" } }),
    );
    expect(graph_digest).toBe(shown.graph_digest);
    const kept = JSON.parse((await h.driver.redis.get(h.driver.keys.graph("s0", graph_digest)))!) as Graph;
    expect(kept.nodes.map(({ id }) => id)).toEqual(["say", "begin.write", "begin.draw", "join"]);
    expect(run_id).toMatch(/^run_/);
  });
});

const one = (node: Partial<GraphNode> & { id: string }, more: Partial<Graph> = {}): Graph => ({
  name: "odd",
  nodes: [work("a"), node],
  output: {},
  ...more,
});
const AVATAR = { id: "film", graph: "talking-avatar" };

describe("a graph that cannot stand in a graph is refused with one problem and its pointer", () => {
  const cases: [what: string, graph: Graph, pointer: string, detail: RegExp, input?: object][] = [
    [
      "one that is not there",
      one(within("b", "ghost")),
      "/graph/nodes/1/graph",
      /no graph "ghost"; there are .*scene/,
    ],
    [
      "one that contains itself",
      one(within("b", "loop-c")),
      "/graph/nodes/1/graph",
      /contains itself: "loop-c", "loop-c"/,
    ],
    [
      "one that contains itself by way of another",
      one(within("b", "loop-a")),
      "/graph/nodes/1/graph",
      /contains itself: "loop-a", "loop-b", "loop-a"/,
    ],
    ["one that lacks an input", one(within("b", "scene")), "/graph/nodes/1/inputs/text", /is missing/],
    [
      "one that lacks an input that its own node needs",
      one(within("b", "needy")),
      "/graph/nodes/1/inputs/text",
      /is missing, and the node "x" of the graph "needy" needs it/,
    ],
    [
      "one that lacks all of those of which it needs one",
      one(within("film", "talking-scenes", {})),
      "/graph/nodes/1/inputs/scenes",
      /is missing/,
    ],
    [
      "an input too many",
      one(within("b", "scene", { text: "x", words: "y" })),
      "/graph/nodes/1/inputs/words",
      /"scene" has no such input; it has text, image, engine/,
    ],
    [
      "a constant of the wrong type",
      one(within("b", "scene", { text: 5 })),
      "/graph/nodes/1/inputs/text",
      /must be string/,
    ],
    [
      "a reference of the wrong type",
      one(within("b", "scene", { text: "$a.number" })),
      "/graph/nodes/1/inputs/text",
      /is of type Number, but Text is needed/,
    ],
    [
      "an optional reference for what it needs",
      one(within("b", "scene", { text: "$a.text?" })),
      "/graph/nodes/1/inputs/text",
      /required input/,
    ],
    [
      "a constant that its schema does not take",
      one({ ...AVATAR, inputs: { text: "$a.text", aspect: "5:4" } }),
      "/graph/nodes/1/inputs/aspect",
      /must be one of/,
    ],
    [
      "a text of the run's input that its schema does not take",
      one({ ...AVATAR, inputs: { text: "$a.text", aspect: "$input.shape?" } }, { input: { shape: "Text?" } }),
      "/input/shape",
      /must be one of/,
      { shape: "5:4" },
    ],
    [
      "an output that it has not",
      one(within("b", "scene", { text: "x" }), { output: { v: "$b.film" } }),
      "/graph/output/v",
      /"scene" has no output "film"; it has text, image/,
    ],
    [
      "an output of a node in it",
      {
        ...one(work("b", { text: "$a.write.text" })),
        nodes: [within("a", "scene", { text: "x" }), work("b", { text: "$a.write.text" })],
      },
      "/graph/nodes/1/inputs/text",
      /is neither \$node\.output nor/,
    ],
    ["neither a type nor a graph", one({ id: "b" }), "/graph/nodes/1/type", /is missing/],
    [
      "a type and a graph",
      one(within("b", "wide", {}, { type: "node_work", plane: "node" })),
      "/graph/nodes/1/type",
      /cannot stand beside graph/,
    ],
    [
      "retries of a whole graph",
      one(within("b", "wide", {}, { retry: { max_attempts: 2 } })),
      "/graph/nodes/1/retry",
      /cannot stand beside graph/,
    ],
    [
      "lists in a list",
      one(within("b", "scenes", { scenes: "$input.scenes", first: "x" }, { group: "g" }), {
        input: { list: "Text[]", scenes: "Json[]" },
        groups: { g: { each: "$input.list", max: 3 } },
      }),
      "/graph/nodes/1/group",
      /has the group "one"/,
      { list: [], scenes: [] },
    ],
    [
      "a list with files that a node made",
      one(within("b", "scenes", { scenes: "$a.data", first: "x" })),
      "/graph/nodes/1/inputs/scenes",
      /files in it/,
    ],
    [
      "a list that is too long for a group in it",
      one(within("b", "scenes", { scenes: "$input.all", first: "x" }), { input: { all: "Json[]" } }),
      "/input/all",
      /has 4 elements, and the group "b.one" takes at most 3/,
      { all: Array.from({ length: 4 }, () => ({ text: "x" })) },
    ],
    [
      "a constant list that is too long for a group in it",
      one(within("b", "scenes", { scenes: SCENES(4), first: "x" })),
      "/graph/nodes/1/inputs/scenes",
      /has 4 elements, and the group "one" of the graph "scenes" takes at most 3/,
    ],
    [
      "a constant list that is too long for a schema",
      one(within("film", "talking-scenes", { scenes: SCENES(21) })),
      "/graph/nodes/1/inputs/scenes",
      /has 21 elements, and may have 20/,
    ],
    [
      "a constant list that is longer than lists are",
      one(within("b", "texts", { texts: Array.from({ length: 101 }, () => "x") })),
      "/graph/nodes/1/inputs/texts",
      /has 101 elements, and may have 100/,
    ],
    [
      "a constant list that makes too many nodes, with the count",
      one(within("b", "texts", { texts: Array.from({ length: 80 }, () => "x") })),
      "/graph/nodes/1/inputs/texts",
      /makes a graph of 401 nodes, and it may have 400/,
    ],
    [
      "constant lists that only together make too many nodes",
      {
        ...one(work("c")),
        nodes: [40, 41].map((length, i) =>
          within(`b${i}`, "texts", { texts: Array.from({ length }, () => "x") }),
        ),
        output: { v: "$b0.text" },
      },
      "/graph/nodes/1/inputs/texts",
      /makes a graph of 405 nodes/,
    ],
    [
      "a constant list and one of the input that only together make too many nodes",
      {
        ...one(work("c"), { input: { texts: "Text[]" } }),
        nodes: [
          within("b0", "texts", { texts: Array.from({ length: 41 }, () => "x") }),
          within("b1", "texts", { texts: "$input.texts" }),
        ],
        output: { v: "$b0.text" },
      },
      "/input/texts",
      /makes a graph of 405 nodes/,
      { texts: Array.from({ length: 40 }, () => "x") },
    ],
    [
      "a constant list in place of one that was not sent, which makes too many nodes",
      one(within("b", "texts", { texts: { $any: ["$input.all?", Array.from({ length: 80 }, () => "x")] } }), {
        input: { all: "Text[]?" },
      }),
      "/input/all",
      /makes a graph of 401 nodes/,
    ],
    [
      "a constant element without what a group in it reads",
      one(within("b", "scenes", { scenes: [{ text: "x" }, {}], first: "x" })),
      "/graph/nodes/1/inputs/scenes/1/text",
      /is missing/,
    ],
    [
      "a constant element of the wrong type",
      one(within("b", "scenes", { scenes: [{ text: 5 }], first: "x" })),
      "/graph/nodes/1/inputs/scenes/0/text",
      /must be string/,
    ],
    [
      "an element without what a group in it reads",
      one(within("b", "scenes", { scenes: "$input.all", first: "x" }), { input: { all: "Json[]" } }),
      "/input/all/0/text",
      /is missing/,
      { all: [{}] },
    ],
    [
      "an engine that a node names",
      one(within("b", "scene", { text: "x", engine: "$a.text" })),
      "/graph/nodes/1/inputs/engine",
      /chooses an engine/,
    ],
    [
      "an engine that there is not",
      one(within("b", "scene", { text: "x", engine: "magic" })),
      "/graph/nodes/1/inputs/engine",
      /is no engine of "node_work"/,
    ],
    [
      "an engine that there is not, by the caller",
      one(within("b", "scene", { text: "x", engine: "$input.e" }), { input: { e: "Text" } }),
      "/input/e",
      /is no engine of "node_work"/,
      { e: "magic" },
    ],
    [
      "more nodes than there may be, with the count",
      { name: "odd", nodes: ["a", "b", "c"].map((id) => within(id, "wide")), output: {} },
      "/graph/nodes",
      /are 450 with those of the graphs in it, and may be 400/,
    ],
  ];
  it.each(cases)("%s", async (_, graph, pointer, detail, input = {}) => {
    const problem = await problemOf(await h.post("/v1/runs", { graph, input }));
    expect(problem.errors?.map((error) => error.pointer)).toEqual([pointer]);
    expect(problem.errors![0]!.detail).toMatch(detail);
  });

  it("one of several inputs, of which one is enough", async () => {
    const pointers = async (inputs: GraphNode["inputs"]) => {
      const answer = await h.post("/v1/runs", { graph: one({ ...AVATAR, inputs: inputs! }) });
      return ((await answer.json()) as { errors?: { pointer: string }[] }).errors?.map(
        ({ pointer }) => pointer,
      );
    };
    expect(await pointers({})).toEqual(["/graph/nodes/1/inputs/topic", "/graph/nodes/1/inputs/text"]);
    // It fits; nobody here can make films.
    expect(await pointers({ topic: "$a.text" })).toEqual(["/graph/nodes/1"]);
  });
});
