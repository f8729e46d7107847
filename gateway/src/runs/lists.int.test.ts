/** Lists over HTTP: files in lists, a node per element, artifacts in lists, and what a client sees of it. */
import type { Artifact, Graph, Run, Task } from "@myspinbot/contracts/types.ts";
import { validateRun } from "@myspinbot/contracts/validators.js";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { createAppHarness, PNG, problemOf, runOf, type AppHarness } from "../../test/app-harness.ts";
import { until } from "../../test/until.ts";
import { sha256Hex } from "../graphs/digest.ts";
import { newId } from "../ids.ts";

let store: S3Access;
let h: AppHarness;
let count = 0;

beforeAll(async () => {
  store = await freshBucket(inject("store"));
});

async function start(): Promise<void> {
  h = await createAppHarness(`lists${(count += 1)}`, { seaweed: store });
  await h.announceAll();
}

const GRAPH: Graph = {
  name: "pictures",
  input: { pictures: "Image[]", scenes: "Json[]?" },
  groups: {
    picture: { each: "$input.pictures", max: 3 },
    scene: { each: "$input.scenes?", max: 3, item: { text: "Text", image: "Image?" } },
  },
  nodes: [
    {
      id: "work",
      type: "python_work",
      plane: "python",
      group: "picture",
      weight: 8,
      inputs: { image: "$picture.item", need: "$picture.index" },
    },
    {
      id: "say",
      type: "node_work",
      plane: "node",
      group: "scene",
      inputs: { text: "$scene.text", image: "$scene.image?" },
    },
    { id: "join", type: "node_work", plane: "node", inputs: { images: "$work.image" } },
  ],
  output: { images: "$join.images", each: "$work.image", texts: "$say.text" },
};

async function upload(type = "image/png"): Promise<string> {
  const head = { "content-type": type, "content-disposition": 'attachment; filename="a.png"' };
  const body = type === "image/png" ? PNG : new TextEncoder().encode("RIFF\0\0\0\0WAVEfmt ");
  const answer = await h.request("/v1/files", { method: "POST", body, headers: head });
  return ((await answer.json()) as { file_id: string }).file_id;
}

async function make(task: Task, text: string): Promise<Artifact> {
  const bytes = new TextEncoder().encode(text);
  const sha256 = await sha256Hex(bytes);
  const key = `runs/${task.run_id}/${task.task_id}/${sha256}/made.png`;
  await h.store.put(key, { bytes, mediaType: "image/png", sha256, metadata: {} });
  const about = { media_type: "image/png", size: bytes.byteLength, sha256, name: "made.png", meta: {} };
  return { artifact_id: newId("art", "s0"), key, ...about };
}

async function create(input: Record<string, unknown>): Promise<Run> {
  const created = await h.post("/v1/runs", { graph: GRAPH, input });
  expect(created.status, await created.clone().text()).toBe(202);
  return runOf(created);
}

describe("a run over lists", () => {
  beforeEach(start);
  afterEach(() => h.close());

  it("has a node per element, and artifacts in lists that are listed, served and deleted", async () => {
    const files = [await upload(), await upload()];
    const seen: unknown[] = [];
    h.driver.startDriver();
    h.driver.startExecutor("default", async (node, task) => {
      seen.push(node.inputs.image);
      return { outputs: { image: await make(task, node.id) } };
    });
    h.driver.startExecutor("node", async (node, task) => {
      if (node.id !== "join") return { outputs: { text: node.id } };
      const { value } = node.inputs.images as { value: Artifact[] };
      // One that is handed on, and one that is new.
      return { outputs: { images: [value[1], await make(task, "joined")] } };
    });
    const { run_id, nodes } = await create({
      pictures: files.map((file_id) => ({ file_id })),
      scenes: [{ text: "one", image: { file_id: files[0] } }, { text: "two" }],
    });
    expect(nodes.map((node) => node.node_id)).toEqual(["work", "say", "join"]);
    await h.driver.waitForEnd(run_id);

    const run = await runOf(await h.request(`/v1/runs/${run_id}`));
    expect(validateRun(run), JSON.stringify(validateRun.errors)).toBe(true);
    expect(run.error).toBeUndefined();
    expect(run.nodes.map(({ node_id, status }) => `${node_id} ${status}`)).toEqual([
      "work.0 succeeded",
      "work.1 succeeded",
      "say.0 succeeded",
      "say.1 succeeded",
      "join succeeded",
    ]);
    expect(run.groups).toEqual([
      { group_id: "picture", kind: "each", nodes: ["work"], count: 2, ended: 2, failed: 0 },
      { group_id: "scene", kind: "each", nodes: ["say"], count: 2, ended: 2, failed: 0 },
    ]);
    expect(seen.map((input) => (input as { value: Artifact }).value.artifact_id).sort()).toEqual(
      files.toSorted(),
    );
    expect(run.output).toMatchObject({ texts: ["say.0", "say.1"], each: [{}, {}], images: [{}, {}] });
    expect(run.artifacts.map(({ node_id }) => node_id).sort()).toEqual(["join", "work.0", "work.1"]);
    const joined = run.artifacts.find(({ node_id }) => node_id === "join")!;
    expect(await (await h.request(joined.url!)).text()).toBe("joined");

    const events = await h.driver.events(run_id);
    expect(
      events.filter(({ type }) => type === "node.expanded").map(({ node, data }) => [node, data]),
    ).toEqual([
      ["work", { count: 2 }],
      ["say", { count: 2 }],
    ]);
    expect(await h.driver.redis.smembers(h.driver.keys.fileRuns("s0", files[1]!))).toEqual([run_id]);
    expect((await h.request(`/v1/runs/${run_id}`, { method: "DELETE" })).status).toBe(204);
    for (const { key, url } of run.artifacts) {
      expect((await h.request(url!)).status).toBe(404);
      expect(await h.store.head(key)).toBeUndefined();
    }
  });

  it("shows percents that never go back while instances appear and end", async () => {
    const file = await upload();
    const { run_id } = await create({ pictures: [{ file_id: file }, { file_id: file }] });
    const percents: number[] = [];
    const look = async () => {
      percents.push((await runOf(await h.request(`/v1/runs/${run_id}`))).progress.percent);
    };
    await look();
    h.driver.startDriver();
    for (const id of ["work.0", "work.1"]) {
      const task = await h.driver.pull("default");
      await look();
      const outputs = { image: await make(task, id) };
      await h.driver.settle(task, [{ node_id: id, attempt: 1, status: "succeeded", outputs }]);
      await until(async () => (await h.driver.rows(run_id))[id]?.status === "succeeded");
    }
    await look();
    // The list of scenes is empty: its share is done from the start.
    expect(percents).toEqual([0, 10, 50, 90]);
  });

  it.each([
    ["an element that points to bytes that are not its task's", { key: "runs/other/task/x/made.png" }],
    ["an element with an id that is no artifact's", { artifact_id: "file_x" }],
  ])("refuses %s", async (_, change) => {
    const { run_id } = await create({ pictures: [] });
    h.driver.startDriver();
    h.driver.startExecutor("node", async (_node, task) => ({
      outputs: { images: [await make(task, "good"), { ...(await make(task, "bad")), ...change }] },
    }));
    await h.driver.waitForEnd(run_id);
    const run = await runOf(await h.request(`/v1/runs/${run_id}`));
    expect([run.status, run.error?.code, run.artifacts]).toEqual(["failed", "invalid-output", []]);
  });
});

describe("a request over lists", () => {
  beforeAll(start);
  afterAll(() => h.close());

  it("refuses lists that do not fit, with a pointer to the element", async () => {
    const [picture, sound] = [await upload(), await upload("audio/wav")];
    const one = { file_id: picture };
    const cases: [input: Record<string, unknown>, pointer: string, detail: RegExp][] = [
      [{ pictures: one }, "/input/pictures", /must be a list/],
      [{ pictures: [one, "x"] }, "/input/pictures/1", /must be \{"file_id"/],
      [{ pictures: [one, one, one, one] }, "/input/pictures", /has 4 elements.*at most 3/],
      [{ pictures: [one, { file_id: "file_nope" }] }, "/input/pictures/1/file_id", /names no file/],
      [{ pictures: [{ file_id: sound }] }, "/input/pictures/0/file_id", /image/],
      [{ pictures: [], scenes: ["x"] }, "/input/scenes/0", /must be object/],
      [{ pictures: [], scenes: [{}] }, "/input/scenes/0/text", /is missing/],
      [{ pictures: [], scenes: [{ text: 5 }] }, "/input/scenes/0/text", /must be string/],
      [
        { pictures: [], scenes: [{ text: "a", image: { artifact_id: "art_s0_x", key: "runs/other" } }] },
        "/input/scenes/0/image",
        /must be \{"file_id"/,
      ],
      [{}, "/input/pictures", /is missing/],
    ];
    for (const [input, pointer, detail] of cases) {
      const problem = await problemOf(await h.post("/v1/runs", { graph: GRAPH, input }));
      expect(
        problem.errors?.map((error) => error.pointer),
        JSON.stringify(input),
      ).toEqual([pointer]);
      expect(problem.errors![0]!.detail).toMatch(detail);
    }
  });

  it("refuses more nodes than a graph may have, with the count", async () => {
    const nodes = ["a", "b", "c", "d", "e"].map((id) => ({ ...GRAPH.nodes[1]!, id, inputs: {} }));
    const graph: Graph = {
      name: "many",
      input: { list: "Text[]" },
      groups: { scene: { each: "$input.list", max: 100 } },
      nodes,
      output: {},
    };
    const list = Array.from({ length: 81 }, () => "x");
    const problem = await problemOf(await h.post("/v1/runs", { graph, input: { list } }));
    expect(problem.errors).toEqual([
      { pointer: "/input/list", detail: "makes a graph of 405 nodes, and it may have 400" },
    ]);
    expect((await h.post("/v1/runs", { graph, input: { list: list.slice(1) } })).status).toBe(202);
  });

  const node = (id: string, rest: object = {}) => ({
    ...GRAPH.nodes[1]!,
    id,
    inputs: {},
    group: undefined,
    ...rest,
  });
  const graphs: [what: string, change: object, pointer: string, detail: RegExp][] = [
    [
      "a condition about a node that is not there",
      { nodes: [node("a", { when: { has: "$ghost.v" } })] },
      "/graph/nodes/0/when/has",
      /there is no node "ghost"/,
    ],
    [
      "a condition about a field that the input has not",
      { nodes: [node("a", { when: { eq: ["$input.ghost", 1] } })] },
      "/graph/nodes/0/when/eq/0",
      /no field "ghost"/,
    ],
    ["a group without members", { groups: { g: {} }, nodes: [node("a")] }, "/graph/groups/g", /no members/],
    [
      "a group over what is no list",
      {
        input: { text: "Text" },
        groups: { g: { each: "$input.text", max: 3 } },
        nodes: [node("a", { group: "g" })],
      },
      "/graph/groups/g/each",
      /list/,
    ],
    [
      "a group that goes over a list and is a loop",
      {
        input: { list: "Text[]" },
        groups: { g: { each: "$input.list", max: 3, repeat: { max: 2, until: { ge: ["$g.index", 1] } } } },
        nodes: [node("a", { group: "g" })],
      },
      "/graph/groups/g",
      /cannot stand together/,
    ],
    [
      "a loop of which it is known that it never meets its condition",
      {
        groups: { g: { repeat: { max: 3, until: { ge: ["$g.index", 3] } } } },
        nodes: [node("a", { group: "g" })],
      },
      "/graph/groups/g/repeat/until",
      /after none of 3 iterations, which have the indices 0 to 2/,
    ],
    [
      "a condition with too many options, with their count",
      {
        input: { text: "Text" },
        nodes: [node("a", { when: { in: ["$input.text", Array.from({ length: 51 }, () => "x")] } })],
      },
      "/graph/nodes/0/when/in/1",
      /has 51 elements, and may have 50/,
    ],
    [
      "a group that is not there",
      { nodes: [node("a", { group: "ghost" })] },
      "/graph/nodes/0/group",
      /ghost/,
    ],
  ];
  it.each(graphs)("refuses %s, with one problem and its pointer", async (_, change, pointer, detail) => {
    const graph = JSON.parse(JSON.stringify({ name: "odd", output: {}, ...change })) as Graph;
    const input = Object.fromEntries(Object.keys(graph.input ?? {}).map((field) => [field, "x"]));
    const problem = await problemOf(await h.post("/v1/runs", { graph, input }));
    expect(problem.errors?.map((error) => error.pointer)).toEqual([pointer]);
    expect(problem.errors![0]!.detail).toMatch(detail);
  });
});
