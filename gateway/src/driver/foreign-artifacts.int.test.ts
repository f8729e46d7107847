/** A box that names what is not its own: another run's artifact, another key, an upload, a value that only looks like a file. */
import { objectKeys } from "@myspinbot/contracts/keys.ts";
import type { Artifact, Graph, Task } from "@myspinbot/contracts/types.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../clock.ts";
import type { ObjectStore } from "../artifacts/object-store.ts";
import { createHarness, result, type Harness } from "../../test/driver-harness.ts";
import { newId } from "../ids.ts";
import { deleteRun } from "../runs/delete-run.ts";

const GRAPH: Graph = { name: "one", nodes: [{ id: "a", type: "python_work", plane: "python" }], output: {} };
const SHA256 = "c".repeat(64);

let h: Harness;

beforeAll(async () => {
  h = await createHarness("foreign");
  h.startDriver();
});
afterAll(async () => {
  await h.close();
});

function made(task: Task, change: Partial<Artifact> = {}): Artifact {
  const key = objectKeys.artifact(task.run_id, task.task_id, SHA256, "film.mp4");
  const id = newId("art", "s0");
  return {
    artifact_id: id,
    key,
    media_type: "video/mp4",
    size: 4,
    sha256: SHA256,
    name: "film.mp4",
    meta: {},
    ...change,
  };
}

/** Runs the graph's one node, which answers with `outputs`. */
async function runWith(outputs: (task: Task) => Record<string, unknown>): Promise<string> {
  const run = await h.submit(GRAPH);
  const task = await h.pull("default");
  await h.settle(task, [result(task.nodes[0]!, { outputs: outputs(task) })]);
  await h.waitForEnd(run);
  return run;
}

const statusOf = async (run: string) => (await h.record(run)).status;
const artifactsOf = (run: string) => h.redis.hgetall(h.keys.runArtifacts("s0", run));
const ownerOf = (id: string) => h.redis.get(h.keys.artifact("s0", id));

async function problemOf(run: string): Promise<unknown> {
  return (await h.rows(run)).a!.error;
}

describe("a result that names an artifact", () => {
  it("is taken when the artifact is new and lies under its task", async () => {
    let id = "";
    const run = await runWith((task) => {
      const file = made(task);
      id = file.artifact_id;
      return { file, other: file };
    });
    expect(await statusOf(run)).toBe("succeeded");
    expect(Object.keys(await artifactsOf(run))).toEqual([id]);
    expect(await ownerOf(id)).toBe(run);
  });

  it("is refused when the id is another run's, and that run keeps its artifact and its bytes", async () => {
    let victim!: Artifact;
    const first = await runWith((task) => ({ file: (victim = made(task)) }));
    const row = await artifactsOf(first);
    const second = await runWith((task) => ({ file: made(task, { artifact_id: victim.artifact_id }) }));
    expect(await problemOf(second)).toMatchObject({ code: "invalid-output", class: "permanent" });
    expect(await statusOf(second)).toBe("failed");
    expect(await artifactsOf(second)).toEqual({});
    expect([await ownerOf(victim.artifact_id), await artifactsOf(first)]).toEqual([first, row]);
  });

  it("is refused when it hands on another run's reference whole", async () => {
    let victim!: Artifact;
    await runWith((task) => ({ file: (victim = made(task)) }));
    const second = await runWith(() => ({ file: victim }));
    expect(await problemOf(second)).toMatchObject({ code: "invalid-output" });
  });

  it("is refused when a voice holds it", async () => {
    let victim!: Artifact;
    await runWith((task) => ({ file: (victim = made(task)) }));
    const second = await runWith(() => ({ voice: { clip: victim, consent: true } }));
    expect(await problemOf(second)).toMatchObject({ code: "invalid-output" });
  });

  it("is refused when two outputs give one id to different bytes", async () => {
    const run = await runWith((task) => {
      const file = made(task);
      const key = objectKeys.artifact(task.run_id, task.task_id, SHA256, "other.mp4");
      return { file, other: { ...file, key, name: "other.mp4" } };
    });
    expect(await problemOf(run)).toMatchObject({ code: "invalid-output" });
  });

  it("is data where the port holds no files", async () => {
    let victim!: Artifact;
    await runWith((task) => ({ file: (victim = made(task)) }));
    const run = await runWith(() => ({ data: victim }));
    expect(await statusOf(run)).toBe("succeeded");
    expect(await artifactsOf(run)).toEqual({});
  });
});

describe("a node that hands on", () => {
  const HAND_ON: Graph = {
    name: "two",
    input: { upload: "Data", note: "Json" },
    nodes: [{ id: "a", type: "python_work", plane: "python", inputs: { upload: "$input.upload" } }],
    output: {},
  };
  const upload = {
    artifact_id: "file_01KA7QJ3N8XW5V2M4T6R9C1D0E",
    key: "files/file_01KA7QJ3N8XW5V2M4T6R9C1D0E",
    media_type: "video/mp4",
    size: 4,
    sha256: SHA256,
    name: "me.mp4",
    meta: {},
  };

  it.each([
    ["an upload as it is", {}, "succeeded"],
    ["an upload with other notes about it", { meta: { width: 3 } }, "succeeded"],
    ["an upload's id with a foreign key", { key: "files/file_01KA7QJ3N8XW5V2M4T6R9C1D0F" }, "failed"],
    ["an upload's id with another digest", { sha256: "d".repeat(64) }, "failed"],
    ["what only lay in a value of the client", { artifact_id: "file_forged" }, "failed"],
  ])("%s ends as %s", async (_, change, status) => {
    const file = { ...upload, ...change };
    const run = await h.submit(HAND_ON, { upload, note: { ...upload, artifact_id: "file_forged" } });
    const task = await h.pull("default");
    await h.settle(task, [result(task.nodes[0]!, { outputs: { file } })]);
    await h.waitForEnd(run);
    expect(await statusOf(run)).toBe(status);
  });
});

describe("purging a run", () => {
  it("leaves a pointer that is another run's", async () => {
    let victim!: Artifact;
    const first = await runWith((task) => ({ file: (victim = made(task)) }));
    const second = await runWith(() => ({}));
    // As a box could have left it before ids were looked at.
    await h.redis.hset(h.keys.runArtifacts("s0", second), victim.artifact_id, "{}");
    const store = { deletePrefix: () => Promise.resolve() } as unknown as ObjectStore;
    await deleteRun({ redis: h.redis, keys: h.keys, store, clock: systemClock }, second);
    expect(await ownerOf(victim.artifact_id)).toBe(first);
  });
});
