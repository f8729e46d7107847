/** One run over HTTP from file to artifact, through real servers and the real driver. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import { validateRun } from "@myspinbot/contracts/validators.js";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { createAppHarness, PNG, runOf, type AppHarness } from "../test/app-harness.ts";
import { sha256Hex } from "./graphs/digest.ts";
import { newId } from "./ids.ts";

let store: S3Access;
let h: AppHarness;

beforeAll(async () => {
  store = await freshBucket(inject("store"));
});
afterEach(() => h.close());

const GRAPH: Graph = {
  name: "picture",
  input: { portrait: "Image", text: "Text?" },
  nodes: [
    {
      id: "first",
      type: "python_work",
      plane: "python",
      inputs: { image: "$input.portrait", text: "$input.text?", need: 1 },
    },
    { id: "second", type: "node_work", plane: "node", inputs: { image: "$first.image" } },
  ],
  output: { image: "$first.image", text: "$second.text" },
};

describe("a run over HTTP", () => {
  it("takes a file, runs, is followed, and gives its artifact back", async () => {
    h = await createAppHarness("http", { seaweed: store });
    await h.announceAll();
    const bytes = new TextEncoder().encode("the picture that was made");
    const sha256 = await sha256Hex(bytes);
    h.driver.startDriver();
    h.driver.startExecutor("node", () => ({ outputs: { text: "done" } }));
    h.driver.startExecutor("default", async (_node, task) => {
      const key = `runs/${task.run_id}/${task.task_id}/${sha256}/made.png`;
      await h.store.put(key, { bytes, mediaType: "image/png", sha256, metadata: {} });
      const image = {
        artifact_id: newId("art", "s0"),
        key,
        media_type: "image/png",
        size: bytes.byteLength,
        sha256,
        name: "made.png",
        meta: {},
      };
      return { outputs: { image } };
    });

    const uploaded = await h.request("/v1/files", {
      method: "POST",
      body: PNG,
      headers: { "content-type": "image/png", "content-disposition": 'attachment; filename="ich.png"' },
    });
    expect(uploaded.status).toBe(201);
    const file = (await uploaded.json()) as { file_id: string; name: string };
    expect(file.name).toBe("ich.png");

    const created = await h.post("/v1/runs", {
      graph: GRAPH,
      input: { portrait: { file_id: file.file_id } },
      tags: ["a"],
    });
    expect(created.status, JSON.stringify(await created.clone().json())).toBe(202);
    const queued = await runOf(created);
    expect(validateRun(queued), JSON.stringify(validateRun.errors)).toBe(true);
    expect(created.headers.get("location")).toBe(`/v1/runs/${queued.run_id}`);
    expect(queued.queue?.matching_executors).toBe(1);

    const stream = await h.request(`/v1/runs/${queued.run_id}/events?after=0`, {
      headers: { accept: "text/event-stream" },
    });
    expect(stream.headers.get("content-type")).toBe("text/event-stream");
    const text = await stream.text();
    const ids = Array.from(text.matchAll(/^id: (\d+)$/gm), ([, id]) => Number(id));
    expect(ids).toEqual(ids.map((_, index) => index + 1));
    expect(text).toContain("event: run.succeeded");

    const again = await h.request(`/v1/runs/${queued.run_id}/events`, {
      headers: { accept: "text/event-stream", "last-event-id": String(ids.at(-1)) },
    });
    expect(again.status).toBe(204);

    const run = await runOf(await h.request(`/v1/runs/${queued.run_id}`));
    expect(validateRun(run), JSON.stringify(validateRun.errors)).toBe(true);
    expect(run).toMatchObject({
      status: "succeeded",
      progress: { percent: 100 },
      input: { portrait: { file_id: file.file_id } },
      output: { text: "done" },
    });
    expect(run.nodes.map((node) => [node.node_id, node.status])).toEqual([
      ["first", "succeeded"],
      ["second", "succeeded"],
    ]);
    expect(run.artifacts).toHaveLength(1);

    const content = await h.request(run.artifacts[0]!.url!);
    expect(content.status).toBe(200);
    expect(await content.text()).toBe("the picture that was made");
    const part = await h.request(run.artifacts[0]!.url!, { headers: { range: "bytes=4-10" } });
    expect(part.status).toBe(206);
    expect(part.headers.get("content-range")).toBe(`bytes 4-10/${bytes.byteLength}`);
    expect(await part.text()).toBe("picture");

    expect((await h.request(`/v1/runs/${queued.run_id}`, { method: "DELETE" })).status).toBe(204);
    expect((await h.request(`/v1/runs/${queued.run_id}`)).status).toBe(404);
    expect((await h.request(run.artifacts[0]!.url!)).status).toBe(404);
    expect(await h.store.head(run.artifacts[0]!.key)).toBeUndefined();
  });
});
