/** Uploads live as long as runs use them and a while longer, are listed, and go whole, whoever dies meanwhile. */
import type { File, FilePage, Graph, Run } from "@myspinbot/contracts/types.ts";
import { validateFilePage } from "@myspinbot/contracts/validators.js";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { createAppHarness, PNG, problemOf, runOf, type AppHarness } from "../../test/app-harness.ts";
import { until } from "../../test/until.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import { createRetention } from "../driver/retention.ts";
import { sha256Hex } from "../graphs/digest.ts";
import { readStorage } from "../health/storage.ts";
import { newPlainId } from "../ids.ts";
import { runStep } from "../redis/scripts.ts";
import { toMetadata } from "./file-metadata.ts";
import { removeUpload, type RemoveDeps } from "./remove-upload.ts";
import { createUploadList, uploadTimer } from "./upload-list.ts";

const RETENTION_MS = 60_000;

let store: S3Access;
let h: AppHarness;
let deps: RemoveDeps;
let count = 0;

beforeAll(async () => {
  store = await freshBucket(inject("store"));
});
beforeEach(async () => {
  h = await createAppHarness(`uploads${(count += 1)}`, {
    seaweed: store,
    deps: { uploadRetentionMs: RETENTION_MS },
  });
  await h.announceAll();
  const { redis, keys } = h.driver;
  deps = { redis, keys, shards: ["s0"], store: h.store, retentionMs: RETENTION_MS };
});
afterEach(() => h.close());

const GRAPH: Graph = {
  name: "one",
  input: { image: "Image" },
  nodes: [{ id: "a", type: "node_work", plane: "node", inputs: { image: "$input.image" } }],
  output: { text: "$a.text" },
};

async function upload(): Promise<string> {
  const init = { method: "POST", headers: { "content-type": "image/png" }, body: PNG };
  return ((await (await h.request("/v1/files", init)).json()) as File).file_id;
}

const submit = (file_id: string) => h.post("/v1/runs", { graph: GRAPH, input: { image: { file_id } } });
const drop = (file: string) => h.request(`/v1/files/${file}`, { method: "DELETE" });
const due = (file: string) => h.driver.redis.zscore(h.driver.keys.timers("s0"), uploadTimer("default", file));
/** As when its time is over. */
const remove = (file: string, more: Partial<RemoveDeps> = {}) =>
  removeUpload({ ...deps, ...more }, { owner: "default", file });

async function list(query = ""): Promise<FilePage> {
  const page = (await (await h.request(`/v1/files${query}`)).json()) as FilePage;
  expect(validateFilePage(page), JSON.stringify(validateFilePage.errors)).toBe(true);
  return page;
}

async function endedRun(file: string): Promise<Run> {
  return endedRunOf(await runOf(await submit(file)));
}

async function endedRunOf({ run_id }: Run): Promise<Run> {
  h.driver.startDriver();
  h.driver.startExecutor("node", () => ({ outputs: { text: "x" } }));
  await h.driver.waitForEnd(run_id);
  return runOf(await h.request(`/v1/runs/${run_id}`));
}

async function expectGone(file: string, how: "deleted" | "expired" = "deleted"): Promise<void> {
  expect(await h.store.head(`files/${file}`)).toBeUndefined();
  expect((await drop(file)).status).toBe(how === "deleted" ? 404 : 410);
  const used = await submit(file);
  const code = how === "deleted" ? "file-not-found" : "file-gone";
  expect([used.status, (await problemOf(used)).code]).toEqual([422, code]);
  const remembered = how === "deleted" ? [] : [h.driver.keys.fileGone("s0", file)];
  expect(await h.driver.redis.keys(`*${file}*`)).toEqual(remembered);
  expect(await due(file)).toBeNull();
}

describe("bytes of uploads", () => {
  const stored = () => readStorage(deps);
  const counts = (files: number) => {
    const total = { artifacts: 0, artifact_bytes: 0, files, file_bytes: files * PNG.length };
    return { total, owners: files === 0 ? [] : [{ owner: "default", stored: total }] };
  };

  it("count once each from when they came until they are gone, however often that is told", async () => {
    expect(await stored()).toEqual(counts(0));
    const [kept, dropped] = [await upload(), await upload()];
    const list = createUploadList(deps);
    for (let times = 0; times < 2; times += 1) await list.add("default", kept, PNG.length);
    await list.use("default", kept);
    expect(await stored()).toEqual(counts(2));
    const run = await runOf(await submit(dropped));
    await drop(dropped);
    expect(await stored()).toEqual(counts(2));
    await endedRunOf(run);
    for (let times = 0; times < 2; times += 1) await remove(dropped);
    expect(await stored()).toEqual(counts(1));
    await remove(kept, { retentionMs: -60_000 });
    expect(await stored()).toEqual(counts(0));
  });

  it("count when they are there, not when they are announced", async () => {
    const announced = {
      name: "a.png",
      media_type: "image/png",
      size: PNG.length,
      sha256: await sha256Hex(PNG),
    };
    const { file_id, upload: to } = (await (await h.post("/v1/files", announced)).json()) as File;
    expect((await stored()).total).toMatchObject({ files: 1, file_bytes: 0 });
    const init = { method: "PUT", headers: { "content-type": "image/png" }, body: PNG };
    for (let times = 0; times < 2; times += 1) expect((await h.request(to!.url, init)).status).toBe(200);
    expect(await stored()).toEqual(counts(1));
    await drop(file_id);
    expect(await stored()).toEqual(counts(0));
  });

  it("that somebody took away without a word are found out, page by page, and others stay", async () => {
    const { redis, keys } = h.driver;
    const [kept, lost] = [await upload(), await upload()];
    // As a gateway from before there were counts removes.
    await redis.zrem(keys.timers("s0"), uploadTimer("default", lost));
    await redis.zrem(keys.ownerFiles("s0", "default"), lost);
    expect(await runStep(redis, steps.checkStored(keys, { shard: "s0" }))).toBe(1);
    expect(await runStep(redis, steps.checkStored(keys, { shard: "s0" }))).toBe(0);
    expect(await stored()).toEqual(counts(1));
    const list = createUploadList(deps);
    const many = Array.from({ length: 1000 }, () => newPlainId("file"));
    for (const file of many) await list.add("default", file, 5);
    await redis.zrem(keys.timers("s0"), ...many.map((file) => uploadTimer("default", file)));
    let found = 0;
    let calls = 0;
    do {
      found += await runStep(redis, steps.checkStored(keys, { shard: "s0" }));
      calls += 1;
    } while ((await redis.hexists(keys.storage("s0"), "looked_to")) === 1);
    expect([found, calls > 2]).toEqual([1000, true]);
    expect(await stored()).toEqual(counts(1));
    await drop(kept);
    expect(await redis.exists(keys.stored("s0"), keys.storage("s0"))).toBe(0);
  });
});

describe("GET /v1/files", () => {
  it("lists all, newest first, in pages", async () => {
    const files = [await upload(), await upload(), await upload()];
    const first = await list("?limit=2");
    const second = await list(`?limit=2&cursor=${first.next_cursor}`);
    expect([...first.files, ...second.files].map((file) => file.file_id).toSorted()).toEqual(
      files.toSorted(),
    );
    expect(second.next_cursor).toBeUndefined();
    const times = [...first.files, ...second.files].map((file) => file.created_at!);
    expect(times).toEqual(times.toSorted().toReversed());
    expect(first.files[0]).not.toHaveProperty("owner");
    await drop(files[0]!);
    expect((await list()).files).toHaveLength(2);
  });

  it.each(["cursor=x", "limit=0", `cursor=${btoa("1 run_s0_01J8ZQ5J3QK2N6S7T8V9W0X1Y2")}`])(
    "refuses %s",
    async (query) => {
      const response = await h.request(`/v1/files?${query}`);
      expect([response.status, (await problemOf(response)).code]).toEqual([400, "invalid-request"]);
    },
  );
});

describe("DELETE /v1/files/{file_id}", () => {
  it("removes it at once when only runs that have ended used it", async () => {
    const file = await upload();
    const run = await endedRun(file);
    expect((await drop(file)).status).toBe(204);
    expect((await h.request(run.urls.self, { method: "DELETE" })).status).toBe(204);
    await expectGone(file);
  });

  it("takes it from further runs at once, and its bytes when the run that uses it has ended", async () => {
    const file = await upload();
    const run = await runOf(await submit(file));
    expect((await drop(file)).status).toBe(204);
    expect((await drop(file)).status).toBe(404);
    expect((await list()).files).toEqual([]);
    const used = await submit(file);
    expect([used.status, (await problemOf(used)).code]).toEqual([422, "file-not-found"]);
    expect(await remove(file)).toBe(false);
    expect(await h.store.head(`files/${file}`)).toBeDefined();
    h.driver.startDriver();
    h.driver.startExecutor("node", () => ({ outputs: { text: "x" } }));
    await h.driver.waitForEnd(run.run_id);
    expect(await remove(file)).toBe(true);
    // What the run still knows of it goes with the run.
    await until(async () => (await h.request(run.urls.self, { method: "DELETE" })).status === 204);
    await expectGone(file);
  });
});

describe("an upload whose time is over", () => {
  it("goes by itself", async () => {
    const retentionMs = 1000;
    const { redis, keys } = h.driver;
    const uploads = { ...deps, retentionMs };
    const file = newPlainId("file");
    const bytes = { bytes: PNG, mediaType: "image/png", sha256: await sha256Hex(PNG), metadata: {} };
    await createUploadList(uploads).add("default", file, 0);
    await h.store.put(`files/${file}`, bytes);
    const retention = createRetention({
      redis,
      keys,
      remove: {
        retention: () => Promise.reject(new Error("none is due")),
        folder: () => Promise.reject(new Error("none is due")),
        upload: (id, owner) => removeUpload(uploads, { owner, file: id }),
      },
      logger: { debug() {}, warn: (message) => expect.unreachable(message) },
    });
    h.driver.sweep.onDue = (timer) => retention.due("s0", timer);
    h.driver.startDriver();
    await until(async () => (await due(file)) === null);
    await expectGone(file, "expired");
  });

  it("stays while a run uses it and a while after the run's end, and goes when the run is deleted", async () => {
    const file = await upload();
    const { run_id } = await runOf(await submit(file));
    const first = await due(file);
    expect(await remove(file)).toBe(false);
    expect(Number(await due(file))).toBeGreaterThan(Number(first));

    h.driver.startDriver();
    h.driver.startExecutor("node", () => ({ outputs: { text: "x" } }));
    const { completed_at } = await h.driver.waitForEnd(run_id);
    expect(await remove(file)).toBe(false);
    expect(await due(file)).toBe(String(Number(completed_at) + RETENTION_MS));
    expect((await submit(file)).status).toBe(202);
    for (const run of (await (await h.request("/v1/runs")).json()).runs as Run[])
      await until(async () => (await h.request(run.urls.self, { method: "DELETE" })).status === 204);
    expect(await remove(file)).toBe(true);
    await expectGone(file, "expired");
  });

  it("is out of reach before its bytes are gone, and goes when the store is back", async () => {
    const file = await upload();
    const away = { ...h.store, delete: () => Promise.reject(new Error("away")) };
    await expect(remove(file, { store: away })).rejects.toThrow("away");
    const used = await submit(file);
    expect([used.status, (await problemOf(used)).code]).toEqual([422, "file-gone"]);
    expect((await list()).files).toEqual([]);
    expect(await h.store.head(`files/${file}`)).toBeDefined();
    expect(await due(file)).not.toBeNull();
    expect(await remove(file)).toBe(true);
    expect(await remove(file)).toBe(true);
    await expectGone(file, "expired");
  });

  it("stays when a run takes it while its use is looked at", async () => {
    const file = await upload();
    const smembers = async (key: string) => {
      const none = await h.driver.redis.smembers(key);
      expect((await submit(file)).status).toBe(202);
      return none;
    };
    const redis = new Proxy(h.driver.redis, {
      get(target, name) {
        const own: unknown = name === "smembers" ? smembers : Reflect.get(target, name);
        return typeof own === "function" ? (own.bind(target) as unknown) : own;
      },
    });
    expect(await remove(file, { redis: redis })).toBe(false);
    expect((await list()).files).toHaveLength(1);
    expect(await h.store.head(`files/${file}`)).toBeDefined();
  });

  it("is known from its first use on when it was brought before uploads were listed", async () => {
    const file = newPlainId("file");
    const sha256 = await sha256Hex(PNG);
    const { owner: _, ...metadata } = toMetadata({
      file_id: file,
      owner: "default",
      name: "old.png",
      media_type: "image/png",
      size: PNG.length,
      sha256,
      status: "complete",
    });
    await h.store.put(`files/${file}`, { bytes: PNG, mediaType: "image/png", sha256, metadata });
    expect((await list()).files).toEqual([]);
    await endedRun(file);
    expect((await list()).files).toMatchObject([{ file_id: file, name: "old.png" }]);
    expect((await drop(file)).status).toBe(204);
    expect(await h.store.head(`files/${file}`)).toBeUndefined();
  });
});
