/** Two owners at one gateway: whatever one of them has, to the other it is not there. */
import { OPENAPI } from "@myspinbot/contracts/openapi.ts";
import type { DeliveryPage, File, Graph, Run, RunPage, Webhook } from "@myspinbot/contracts/types.ts";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createAppHarness, PNG, problemOf, runOf, type AppHarness } from "../test/app-harness.ts";
import { sha256Hex } from "./graphs/digest.ts";
import { newId } from "./ids.ts";

let store: S3Access;
let h: AppHarness;
beforeAll(async () => {
  store = await freshBucket(inject("store"));
  h = await createAppHarness("owners", { seaweed: store });
  await h.announceAll();
  h.driver.startDriver();
  h.driver.startExecutor("node", (_, task) => {
    toldOwner.set(task.run_id, task.owner);
    return { outputs: { text: "x" } };
  });
});

/** What executors are told, by run. */
const toldOwner = new Map<string, string | undefined>();
afterAll(() => h.close());

const GRAPH: Graph = {
  name: "one",
  input: { image: "Image?" },
  nodes: [{ id: "a", type: "node_work", plane: "node", inputs: { image: "$input.image?" } }],
  output: { text: "$a.text" },
};

const as = (owner: string, path: string, init: RequestInit = {}) =>
  h.request(path, { ...init, headers: { ...(init.headers as Record<string, string>), "x-owner": owner } });
const submit = (owner: string, more: object = {}, headers: Record<string, string> = {}) =>
  as(owner, "/v1/runs", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ graph: GRAPH, ...more }),
  });
const idsOf = async (owner: string, query = "") =>
  ((await (await as(owner, `/v1/runs${query}`)).json()) as RunPage).runs.map((run) => run.run_id);

async function endedRun(owner: string, more: object = {}): Promise<Run> {
  const run = await runOf(await submit(owner, more, { prefer: "wait=30" }));
  expect(run.status).toBe("succeeded");
  return run;
}

async function upload(owner: string): Promise<File> {
  const headers = { "content-type": "image/png" };
  return (await (await as(owner, "/v1/files", { method: "POST", headers, body: PNG })).json()) as File;
}

/** An artifact of the run, as the driver files it. */
async function artifactOf(run: string): Promise<string> {
  const id = newId("art", "s0");
  const { redis, keys } = h.driver;
  const sha256 = await sha256Hex(PNG);
  const key = `runs/${run}/task_s0_X/${sha256}/a.png`;
  await h.store.put(key, { bytes: PNG, mediaType: "image/png", sha256, metadata: {} });
  const row = {
    artifact_id: id,
    key,
    media_type: "image/png",
    size: PNG.length,
    sha256,
    name: "a",
    meta: {},
  };
  await redis.hset(keys.runArtifacts("s0", run), id, JSON.stringify(row));
  await redis.set(keys.artifact("s0", id), run);
  return id;
}

/** A webhook, and a delivery of it. */
async function webhookOf(owner: string): Promise<{ webhook_id: string; delivery_id: string }> {
  const made = await as(owner, "/v1/webhooks", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ url: "https://example.com/hook" }),
  });
  const { webhook_id } = (await made.json()) as Webhook;
  const run = await endedRun(owner);
  const page = (await (await as(owner, `/v1/runs/${run.run_id}/deliveries`)).json()) as DeliveryPage;
  const { delivery_id } = page.deliveries.find((each) => each.webhook_id === webhook_id)!;
  return { webhook_id, delivery_id };
}

/** With a body where one is asked for before anything is looked up. */
function requestOf(method: string, path: string): RequestInit {
  if (method === "PUT") return { body: PNG, headers: { "content-type": "image/png" } };
  const [, end = ""] = /\/(resume|fork)$/.exec(path) ?? [];
  const bodies: Record<string, object> = {
    resume: { node_id: "a", decision: "accept" },
    fork: { from_node: "a" },
  };
  if (!bodies[end]) return {};
  return { body: JSON.stringify(bodies[end]), headers: { "content-type": "application/json" } };
}

describe("every address below a run, an artifact, a file, a webhook or a delivery", () => {
  const addresses = Object.entries(OPENAPI.paths as Record<string, object>)
    .filter(([path]) => /\{(run_id|artifact_id|file_id|webhook_id|delivery_id)\}/.test(path))
    .flatMap(([path, item]) => Object.keys(item).map((method) => [method.toUpperCase(), path] as const));

  it.each(addresses)("%s %s is not there for another", async (method, path) => {
    const run = await endedRun("ann");
    const ids: Record<string, string> = {
      run_id: run.run_id,
      artifact_id: await artifactOf(run.run_id),
      file_id: (await upload("ann")).file_id,
      ...(await webhookOf("ann")),
    };
    const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name]!);
    const init = requestOf(method, path);
    for (const stranger of ["bob", "default"]) {
      const response = await as(stranger, address, { method, ...init });
      expect([response.status, (await problemOf(response)).code]).toEqual([
        404,
        expect.stringMatching(/^(run|artifact|file|webhook|delivery)-not-found$/),
      ]);
    }
    const own = await as("ann", address, { method, ...init });
    // The run has ended: its owner hears that, and not that it is not there.
    const answer = own.status < 400 ? own.status : (await problemOf(own.clone())).code;
    const ends = /\/(cancel|resume)$/.test(path);
    expect(answer).toEqual(ends ? "run-finished" : expect.any(Number));
    await own.body?.cancel();
    // There may be only so many.
    await as("ann", `/v1/webhooks/${ids.webhook_id}`, { method: "DELETE" });
  });
});

describe("runs of two owners", () => {
  it("are listed to their owner, by status too, and leave no list behind", async () => {
    const [mine, theirs] = [await endedRun("carl"), await endedRun("dora")];
    for (const query of ["", "?status=succeeded", "?tag=none"]) {
      const expected = query === "?tag=none" ? [] : [mine.run_id];
      expect(await idsOf("carl", query)).toEqual(expected);
    }
    expect(await idsOf("dora", "?status=succeeded")).toEqual([theirs.run_id]);
    expect(await idsOf("dora", "?status=queued")).toEqual([]);
    expect(await idsOf("default")).not.toContain(mine.run_id);
    expect((await as("carl", mine.urls.self, { method: "DELETE" })).status).toBe(204);
    expect(await h.driver.redis.keys("*:carl")).toEqual([]);
  });

  it("are listed to the default owner without a look at those of others", async () => {
    await endedRun("kate");
    const own = await endedRun("default");
    await idsOf("default");
    const before = await h.driver.redis.info("commandstats");
    const page = (await (await as("default", "/v1/runs?limit=1")).json()) as RunPage;
    const after = await h.driver.redis.info("commandstats");
    expect(page.runs.map((run) => run.run_id)).toEqual([own.run_id]);
    expect(
      await h.driver.redis.zscore(h.driver.keys.ownerRuns("s0", "all", "default"), own.run_id),
    ).not.toBeNull();
    const read = (text: string) => Number(/cmdstat_hmget:calls=(\d+)/.exec(text)?.[1]);
    // One more than the page has rows would be another owner's.
    expect(read(after) - read(before)).toBe(1);
  });

  it("come to executors with their owner's name, unless it is the default one", async () => {
    const [other, own] = [await endedRun("jane"), await endedRun("default")];
    expect([toldOwner.get(other.run_id), toldOwner.get(own.run_id)]).toEqual(["jane", undefined]);
  });

  it("never meet by an Idempotency-Key", async () => {
    const key = { "idempotency-key": "the-same" };
    const first = await runOf(await submit("eve", { tags: ["a"] }, key));
    const second = await submit("frank", { tags: ["b"] }, key);
    expect(second.status).toBe(202);
    const other = await runOf(second);
    expect(other.run_id).not.toBe(first.run_id);
    expect((await runOf(await submit("eve", { tags: ["a"] }, key))).run_id).toBe(first.run_id);
    const conflict = await (await submit("frank", { tags: ["c"] }, key)).text();
    expect(conflict).toContain(other.run_id);
    expect(conflict).not.toContain(first.run_id);
  });

  it("cannot use each other's files", async () => {
    const { file_id } = await upload("gina");
    const response = await submit("hank", { input: { image: { file_id } } });
    expect([response.status, (await problemOf(response)).code]).toEqual([422, "file-not-found"]);
    expect((await submit("gina", { input: { image: { file_id } } })).status).toBe(202);
  });

  it("from before there were owners are the default owner's", async () => {
    const { run_id, urls } = await endedRun("default");
    const { redis, keys } = h.driver;
    await redis.hdel(keys.run("s0", run_id), "owner");
    await redis.del(keys.ownerRuns("s0", "all", "default"), keys.ownerRuns("s0", "succeeded", "default"));
    await redis.del(keys.runsAdopted("s0"));
    expect(await idsOf("default")).toContain(run_id);
    expect(await idsOf("default", "?status=succeeded")).toContain(run_id);
    expect((await as("ivan", urls.self)).status).toBe(404);
    expect((await as("default", urls.self)).status).toBe(200);
    expect((await as("default", urls.self, { method: "DELETE" })).status).toBe(204);
  });
});
