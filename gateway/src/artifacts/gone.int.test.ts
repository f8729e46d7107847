/** What retention has taken is told as gone, to its owner alone; what an owner deletes leaves nothing. */
import { ROUTES } from "@myspinbot/contracts/routes.ts";
import type { DeliveryPage, File, Graph, Run, RunToken } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { createAppHarness, PNG, problemOf, runOf, type AppHarness } from "../../test/app-harness.ts";
import { objectKeys } from "@myspinbot/contracts/keys.ts";
import { removeUpload } from "../files/remove-upload.ts";
import { sha256Hex } from "../graphs/digest.ts";
import { readStorage } from "../health/storage.ts";
import { newId } from "../ids.ts";
import { deleteRun } from "../runs/delete-run.ts";
import { systemClock } from "../clock.ts";

let store: S3Access;
let h: AppHarness;
const BYTES = new TextEncoder().encode("a film");

beforeAll(async () => {
  store = await freshBucket(inject("store"));
  h = await createAppHarness("gone", { seaweed: store });
  await h.announceAll();
  h.driver.startDriver();
  h.driver.startExecutor("default", async (_, task) => {
    const sha256 = await sha256Hex(BYTES);
    const key = objectKeys.artifact(task.run_id, task.task_id, sha256, "film.png");
    await h.store.put(key, { bytes: BYTES, mediaType: "image/png", sha256, metadata: {} });
    const film = {
      key,
      media_type: "image/png",
      size: BYTES.byteLength,
      sha256,
      name: "film.png",
      meta: { width: 1, height: 1 },
    };
    return { outputs: { image: { artifact_id: newId("art", "s0"), ...film } } };
  });
});
afterAll(() => h.close());

const GRAPH: Graph = {
  name: "film",
  nodes: [{ id: "a", type: "python_work", plane: "python", inputs: { need: 1 } }],
  output: { image: "$a.image" },
};
const SHOWN: Graph = {
  name: "shown",
  input: { image: "Image" },
  nodes: [{ id: "a", type: "python_work", plane: "python", inputs: { need: 1, image: "$input.image" } }],
  output: {},
};
const told = async (path: string, init?: RequestInit): Promise<[number, string]> => {
  const response = await h.request(path, init);
  return [response.status, response.ok ? "" : (await problemOf(response)).code];
};

async function film(): Promise<{ run: Run; paths: string[] }> {
  const { run_id } = await runOf(await h.post("/v1/runs", { graph: GRAPH }));
  await h.driver.waitForEnd(run_id);
  const run = await runOf(await h.request(`/v1/runs/${run_id}`));
  const [{ artifact_id } = { artifact_id: "" }] = run.artifacts;
  return { run, paths: [`/v1/artifacts/${artifact_id}`, `/v1/artifacts/${artifact_id}/content`] };
}

it("names an artifact by the digest of its bytes, and says which run and node have made it", async () => {
  const { run } = await film();
  const sha256 = await sha256Hex(BYTES);
  const [artifact] = run.artifacts;
  expect(artifact).toMatchObject({ sha256, size: BYTES.byteLength, run_id: run.run_id, node_id: "a" });
  expect(artifact!.key).toMatch(new RegExp(`^runs/${run.run_id}/task_[^/]+/${sha256}/film.png$`));
  expect(await (await h.request(artifact!.url!)).text()).toBe("a film");
});

it("an artifact and its bytes are gone after the time of their run", async () => {
  const { run, paths } = await film();
  for (const path of paths) expect(await told(path)).toEqual([200, ""]);
  const { redis, keys } = h.driver;
  const kept = async () => (await readStorage({ redis, keys, shards: ["s0"] })).total.artifact_bytes;
  const before = await kept();
  const take = () =>
    deleteRun({ redis, keys, store: h.store, clock: systemClock }, run.run_id, DEFAULTS.gone_ms);
  await take();
  expect(await kept()).toBe(before - BYTES.byteLength);
  await expect(take()).rejects.toMatchObject({ code: "run-not-found" });
  expect(await kept()).toBe(before - BYTES.byteLength);
  for (const path of paths) {
    expect(await told(path)).toEqual([410, "artifact-gone"]);
    expect(await told(path, { headers: { "x-owner": "bob" } })).toEqual([404, "artifact-not-found"]);
  }
  const left = await redis.pttl(keys.artifact("s0", run.artifacts[0]!.artifact_id));
  expect(left).toBeGreaterThan(DEFAULTS.gone_ms - 60_000);
});

it("a run is gone after its time, at every address below it, and its artifacts for a link's reader, too", async () => {
  const { run, paths } = await film();
  const path = `/v1/runs/${run.run_id}`;
  const { token } = (await (await h.request(`${path}/token`, { method: "POST" })).json()) as RunToken;
  const { redis, keys } = h.driver;
  await deleteRun({ redis, keys, store: h.store, clock: systemClock }, run.run_id, DEFAULTS.gone_ms);
  const below = Object.values(ROUTES).filter((route) => route.path.startsWith("/v1/runs/{run_id}"));
  expect(below.length).toBeGreaterThan(9);
  const fork = JSON.stringify({ from_node: "a" });
  for (const { method, path } of below) {
    const at = path.replace("{run_id}", run.run_id);
    const ask = (headers: Record<string, string>) =>
      told(at, {
        method,
        headers: { "content-type": "application/json", accept: "*/*", ...headers },
        ...(method === "POST" ? { body: path.endsWith("/fork") ? fork : "{}" } : {}),
      });
    const asked = [await ask({}), await ask({ "idempotency-key": "again" }), await ask({ "x-owner": "bob" })];
    expect([path, ...asked]).toEqual([path, [410, "run-gone"], [410, "run-gone"], [404, "run-not-found"]]);
  }
  const stream = { headers: { accept: "text/event-stream" } };
  expect(await told(`${path}/events`, stream)).toEqual([410, "run-gone"]);
  expect(await told(`${path}?token=${token}`)).toEqual([410, "run-gone"]);
  expect(await told(`${paths[1]}?token=${token}`)).toEqual([410, "artifact-gone"]);
  const left = await redis.pttl(keys.runGone("s0", run.run_id));
  expect(left).toBeGreaterThan(DEFAULTS.gone_ms - 60_000);
  expect(await redis.keys(`*${run.run_id}*`)).toEqual([keys.runGone("s0", run.run_id)]);
});

it("a delivery is gone with its run, and not there when its owner has deleted that", async () => {
  const webhook = { url: "https://example.com/", events: ["run.succeeded"] };
  const { redis, keys } = h.driver;
  const delivered = async (): Promise<[run: string, delivery: string]> => {
    const { run_id } = await runOf(await h.post("/v1/runs", { graph: GRAPH, webhook }));
    await h.driver.waitForEnd(run_id);
    const page = (await (await h.request(`/v1/runs/${run_id}/deliveries`)).json()) as DeliveryPage;
    return [run_id, page.deliveries[0]!.delivery_id];
  };
  const ask = async (id: string) => [
    await told(`/v1/deliveries/${id}`),
    await told(`/v1/deliveries/${id}/redeliver`, { method: "POST" }),
    await told(`/v1/deliveries/${id}`, { headers: { "x-owner": "bob" } }),
  ];
  const missing = [404, "delivery-not-found"];
  const [kept, first] = await delivered();
  await deleteRun({ redis, keys, store: h.store, clock: systemClock }, kept, DEFAULTS.gone_ms);
  expect(await ask(first)).toEqual([[410, "delivery-gone"], [410, "delivery-gone"], missing]);
  expect(await redis.pttl(keys.delivery("s0", first))).toBeGreaterThan(DEFAULTS.gone_ms - 60_000);
  const [deleted, second] = await delivered();
  expect((await h.request(`/v1/runs/${deleted}`, { method: "DELETE" })).status).toBe(204);
  expect(await ask(second)).toEqual([missing, missing, missing]);
  expect(await redis.exists(keys.delivery("s0", second))).toBe(0);
});

it("an artifact whose run its owner deletes is not there, and nobody remembers it", async () => {
  const { run, paths } = await film();
  expect((await h.request(`/v1/runs/${run.run_id}`, { method: "DELETE" })).status).toBe(204);
  for (const path of paths) expect(await told(path)).toEqual([404, "artifact-not-found"]);
  expect(await told(`/v1/runs/${run.run_id}`)).toEqual([404, "run-not-found"]);
  const { redis, keys } = h.driver;
  expect(await redis.exists(keys.artifact("s0", run.artifacts[0]!.artifact_id))).toBe(0);
  expect(await redis.keys(`*${run.run_id}*`)).toEqual([]);
});

it("a file is gone after its time, and not there when its owner has deleted it", async () => {
  const bring = async (): Promise<string> => {
    const init = { method: "POST", headers: { "content-type": "image/png" }, body: PNG };
    return ((await (await h.request("/v1/files", init)).json()) as File).file_id;
  };
  const ask = (file: string, owner = "default") =>
    told(`/v1/files/${file}/complete`, { method: "POST", headers: { "x-owner": owner } });
  const { redis, keys } = h.driver;
  const deps = { redis, keys, shards: ["s0"], store: h.store, retentionMs: -60_000 };
  const kept = await bring();
  expect(await removeUpload(deps, { owner: "default", file: kept })).toBe(true);
  expect(await ask(kept)).toEqual([410, "file-gone"]);
  expect(await ask(kept, "bob")).toEqual([404, "file-not-found"]);
  expect(await told(`/v1/files/${kept}`, { method: "DELETE" })).toEqual([410, "file-gone"]);
  const use = (file_id: string, owner = "default") =>
    h.post("/v1/runs", { graph: SHOWN, input: { image: { file_id } } }, { "x-owner": owner });
  const refused = async (response: Response) => {
    const { code, errors } = await problemOf(response);
    return [response.status, code, errors?.[0]?.pointer];
  };
  expect(await refused(await use(kept))).toEqual([422, "file-gone", "/input/image/file_id"]);
  expect(await refused(await use(kept, "bob"))).toEqual([422, "file-not-found", "/input/image/file_id"]);
  const deleted = await bring();
  expect((await h.request(`/v1/files/${deleted}`, { method: "DELETE" })).status).toBe(204);
  expect(await ask(deleted)).toEqual([404, "file-not-found"]);
  expect(await refused(await use(deleted))).toEqual([422, "file-not-found", "/input/image/file_id"]);
});
