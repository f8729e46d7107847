/** Limits of keys, counted by Redis where runs are made: what is accepted under overload, and what it costs. */
import { objectKeys } from "@myspinbot/contracts/keys.ts";
import type { Artifact, File, Graph, KeyLimits, Priority, Task } from "@myspinbot/contracts/types.ts";
import { PRIORITIES } from "@myspinbot/contracts/wire.ts";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { keyHarness, type KeyHarness } from "../../test/access-harness.ts";
import { createAppHarness, PNG, problemOf, runOf, type AppHarness } from "../../test/app-harness.ts";
import { ownConnections } from "../../test/own-connections.ts";
import { until } from "../../test/until.ts";
import { itInProcess, RUNTIME } from "../../test/runtime.ts";
import type { ObjectStore } from "../artifacts/object-store.ts";
import { sha256Hex } from "../graphs/digest.ts";
import { newId } from "../ids.ts";
import { createKnown, type ProcessWide } from "../process-wide.ts";
import { loadScripts } from "../redis/scripts.ts";

const GRAPH: Graph = { name: "one", nodes: [{ id: "a", type: "node_work", plane: "node" }], output: {} };
/** Each request of a Worker has a connection to Redis of its own. */
const LIMIT = RUNTIME === "node" ? 100 : 10;

let store: S3Access;
let h: AppHarness;
let k: KeyHarness;
/** Opened by a test, so that runs end when it says so. */
let release = (): void => {};
let gate = Promise.resolve();
/** What the node of a run makes. */
let made = (_: Task): Record<string, unknown> => ({});

beforeAll(async () => {
  store = await freshBucket(inject("store"));
  h = await createAppHarness("limits", { seaweed: store });
  k = keyHarness(h);
  await h.announceAll();
  h.driver.startDriver();
  h.driver.startExecutor("node", async (_, task) => {
    await gate;
    return { outputs: made(task) };
  });
});
afterAll(async () => {
  release();
  await h.close();
});

const withLimits = async (owner: string, limits: KeyLimits) => k.key(owner, { limits });
const submit = (text: string, headers: Record<string, string> = {}) =>
  k.as(text, "/v1/runs", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ graph: GRAPH }),
  });

async function expectLimited(response: Response, policy: string): Promise<void> {
  const problem = await problemOf(response);
  expect([response.status, problem.code], JSON.stringify(problem)).toEqual([429, "too-many-requests"]);
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(response.headers.get("ratelimit-policy")).toBe(policy);
  expect(response.headers.get("ratelimit")).toMatch(new RegExp(`^${policy.split(";")[0]};r=\\d+`));
}

describe("runs per minute", () => {
  it("are exactly as many as allowed under ten times as many, and come back as the minute moves on", async () => {
    const { api_key, key } = await withLimits("rate", { runs_per_minute: LIMIT });
    const answers = await Promise.all(Array.from({ length: 10 * LIMIT }, () => submit(api_key)));
    const accepted = answers.filter(({ status }) => status === 202);
    expect(accepted.length).toBe(LIMIT);
    expect(answers.filter(({ status }) => status === 429).length).toBe(9 * LIMIT);
    await expectLimited(
      answers.find(({ status }) => status === 429)!,
      `"runs";q=${LIMIT};w=60`,
    );
    const { redis, keys } = h.driver;
    const starts = keys.keyStarts("s0", key.key_id);
    expect([await redis.llen(starts), (await redis.pttl(starts)) <= 60_000]).toEqual([LIMIT, true]);
    // A minute ago by the clock of Redis: as many places are free as starts lie behind it.
    const [first, second] = await redis.lrange(starts, 0, 1);
    await redis.lset(starts, 0, String(Number(first) - 60_000));
    await redis.lset(starts, 1, String(Number(second) - 60_000));
    const later = await Promise.all(Array.from({ length: 10 }, () => submit(api_key)));
    expect(later.filter(({ status }) => status === 202).length).toBe(2);
  });

  it("are told to who starts one, and a repeated request costs none", async () => {
    const { api_key } = await withLimits("told", { runs_per_minute: 2 });
    const again = { "idempotency-key": "same" };
    const first = await submit(api_key, again);
    expect(first.headers.get("ratelimit")).toMatch(/^"runs";r=1;t=(60|59)$/);
    expect(first.headers.get("ratelimit-policy")).toBe('"runs";q=2;w=60');
    const run = await runOf(first);
    expect((await runOf(await submit(api_key, again))).run_id).toBe(run.run_id);
    expect((await submit(api_key)).headers.get("ratelimit")).toMatch(/^"runs";r=0;/);
    await expectLimited(await submit(api_key), '"runs";q=2;w=60');
    expect((await runOf(await submit(api_key, again))).run_id).toBe(run.run_id);
  });

  it("are one key's alone", async () => {
    const [one, other] = [await withLimits("same", { runs_per_minute: 1 }), await k.key("same")];
    expect((await submit(one.api_key)).status).toBe(202);
    expect((await submit(one.api_key)).status).toBe(429);
    expect((await submit(other.api_key)).status).toBe(202);
  });

  itInProcess("client")("cost one turnaround with key, limits and idempotency together", async () => {
    const own = ownConnections(() => once.driver.valkey.url);
    const known = createKnown();
    const connect = (shared: ProcessWide, objects: ObjectStore) => own.connect(shared, objects);
    const once = await createAppHarness("cost", { deps: { known }, connect });
    onTestFinished(() => once.close());
    await once.announceAll();
    await loadScripts(once.driver.redis);
    const { as, key } = keyHarness(once);
    const { api_key } = await key("ann", { limits: { runs_per_minute: 10, live_runs: 10 } });
    const start = (name: string) => {
      const headers = { "content-type": "application/json", "idempotency-key": name };
      const init = { method: "POST", headers, body: JSON.stringify({ graph: GRAPH }) };
      return own.as(name, () => as(api_key, "/v1/runs", init));
    };
    await start("first");
    // What is read every few seconds only shall not be read again while this test is slow: the key, who works here.
    known.executors.latest!.at = Infinity;
    for (const row of known.apiKeys.rows.values()) row.at = Infinity;
    const response = await start("second");
    expect([response.status, response.headers.get("ratelimit")?.slice(0, 10)]).toEqual([202, '"runs";r=8']);
    await response.text();
    expect(own.opened.find(({ by }) => by === "second")?.commands).toEqual(["evalsha by second"]);
  });
});

describe("live runs", () => {
  it("are as many as allowed, and an end makes room, whatever the end is", async () => {
    gate = new Promise((resolve) => (release = resolve));
    const { api_key, key } = await withLimits("live", { live_runs: 3 });
    const answers = await Promise.all(Array.from({ length: 30 }, () => submit(api_key)));
    const runs = await Promise.all(answers.filter(({ status }) => status === 202).map(runOf));
    expect(runs.length).toBe(3);
    await expectLimited(
      answers.find(({ status }) => status === 429)!,
      '"live-runs";q=3',
    );
    const live = h.driver.keys.limit("s0", key.key_id);
    expect((await h.driver.redis.smembers(live)).sort()).toEqual(runs.map(({ run_id }) => run_id).sort());
    release();
    await until(async () => (await h.driver.redis.scard(live)) === 0);
    expect(await h.driver.redis.exists(live)).toBe(0);
    expect((await submit(api_key)).status).toBe(202);
  });
});

describe("bytes of files", () => {
  const put = (text: string) =>
    k.as(text, "/v1/files", { method: "POST", headers: { "content-type": "image/png" }, body: PNG });

  it("are as many within a day as allowed", async () => {
    const { api_key } = await withLimits("bytes", { upload_bytes_per_day: 3 * PNG.length + 1 });
    const answers = await Promise.all(Array.from({ length: 30 }, () => put(api_key)));
    expect(answers.filter(({ status }) => status === 201).length).toBe(3);
    await expectLimited(
      answers.find(({ status }) => status === 429)!,
      `"upload-bytes";q=${3 * PNG.length + 1};w=86400`,
    );
  });

  it("that are sent again, as after an answer that was lost, count once", async () => {
    const { api_key } = await withLimits("again", { upload_bytes_per_day: PNG.length });
    const body = JSON.stringify({
      ...{ name: "a.png", media_type: "image/png", size: PNG.length },
      sha256: await sha256Hex(PNG),
    });
    const headers = { "content-type": "application/json" };
    const announced = await k.as(api_key, "/v1/files", { method: "POST", headers, body });
    const { upload } = (await announced.json()) as File;
    const send = () =>
      k.as(api_key, upload!.url, { method: "PUT", headers: { "content-type": "image/png" }, body: PNG });
    expect([(await send()).status, (await send()).status, (await put(api_key)).status]).toEqual([
      200, 200, 429,
    ]);
  });

  it("count with those that runs make: what runs goes on, and no further run begins on this day", async () => {
    const size = 1000;
    const sha256 = "a".repeat(64);
    const film = ({ run_id, task_id }: Task): Artifact => ({
      artifact_id: newId("art", "s0"),
      key: objectKeys.artifact(run_id, task_id, sha256, "film.png"),
      ...{ media_type: "image/png", size, sha256, name: "film.png", meta: { width: 1, height: 1 } },
    });
    // The same bytes under two names are there once.
    made = (task) => ({ image: film(task), images: [film(task)] });
    onTestFinished(() => void (made = () => ({})));
    gate = new Promise((resolve) => (release = resolve));
    const { api_key, key } = await withLimits("makes", { upload_bytes_per_day: size });
    const runs = await Promise.all([submit(api_key), submit(api_key)].map(async (run) => runOf(await run)));
    release();
    for (const { run_id } of runs) {
      await h.driver.waitForEnd(run_id);
      const run = await runOf(await k.as(api_key, `/v1/runs/${run_id}`));
      expect([run.status, run.artifacts.length]).toEqual(["succeeded", 2]);
    }
    const { redis, keys } = h.driver;
    const day = keys.keyBytes("s0", key.key_id);
    expect(await redis.get(day)).toBe(String(2 * size));
    const refused = await submit(api_key);
    expect(Number(refused.headers.get("retry-after")) * 1000).toBeGreaterThanOrEqual(await redis.pttl(day));
    await expectLimited(refused, `"upload-bytes";q=${size};w=86400`);
    expect((await put(api_key)).status).toBe(429);
    // As when the day is over.
    await redis.del(day);
    expect((await submit(api_key)).status).toBe(202);
  });

  it("are not counted for a key without that limit", async () => {
    const { api_key, key } = await withLimits("free", { live_runs: 5 });
    const { run_id } = await runOf(await submit(api_key));
    await h.driver.waitForEnd(run_id);
    expect(await h.driver.redis.exists(h.driver.keys.keyBytes("s0", key.key_id))).toBe(0);
  });
});

describe("event streams", () => {
  async function openTwo() {
    gate = new Promise((resolve) => (release = resolve));
    const { api_key } = await withLimits("streams", { event_streams: 2 });
    const run = await runOf(await submit(api_key));
    const open = () => k.as(api_key, run.urls.events, { headers: { accept: "text/event-stream" } });
    const [first, second] = [await open(), await open()];
    expect([first.status, second.status]).toEqual([200, 200]);
    await expectLimited(await open(), '"event-streams";q=2');
    return { open, first, second };
  }

  it("are as many as allowed at this gateway", async () => {
    const { first, second } = await openTwo();
    await Promise.all([first.body!.cancel(), second.body!.cancel()]);
    release();
  });

  itInProcess("left")("make room when one of them is closed", async () => {
    const { open, first, second } = await openTwo();
    await first.body!.cancel();
    const third = await open();
    expect(third.status).toBe(200);
    await Promise.all([second.body!.cancel(), third.body!.cancel()]);
    release();
  });
});

describe("the highest priority", () => {
  const ask = (text: string, body: object, path = "/v1/runs") =>
    k.as(text, path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const refused = async (response: Response) => {
    const { code, errors } = await problemOf(response);
    return [response.status, code, errors];
  };
  const notAllowed = (allowed: string) => [
    ...[403, "priority-not-allowed", [{ pointer: "/priority", detail: `must be ${allowed}` }]],
  ];

  it.each<[Priority, Priority[], string]>([
    ["normal", ["normal", "low"], "normal or low"],
    ["low", ["low"], "low"],
  ])("%s is had at most, also by runs for which none is asked", async (highest, allowed, words) => {
    const { api_key } = await withLimits(`at-most-${highest}`, { highest_priority: highest });
    expect((await runOf(await ask(api_key, { graph: GRAPH }))).priority).toBe(highest);
    for (const priority of PRIORITIES) {
      const answer = await ask(api_key, { graph: GRAPH, priority });
      if (allowed.includes(priority)) expect((await runOf(answer)).priority).toBe(priority);
      else expect(await refused(answer)).toEqual(notAllowed(words));
    }
  });

  it("is had by forks at most, whatever the run has that is forked", async () => {
    const boss = await withLimits("family", {});
    const guest = await withLimits("family", { highest_priority: "normal" });
    const { run_id } = await runOf(await ask(boss.api_key, { graph: GRAPH, priority: "high" }));
    await h.driver.waitForEnd(run_id);
    const fork = (text: string, body: object = {}) =>
      ask(text, { from_node: "a", ...body }, `/v1/runs/${run_id}/fork`);
    expect((await runOf(await fork(boss.api_key))).priority).toBe("high");
    expect((await runOf(await fork(guest.api_key))).priority).toBe("normal");
    expect((await runOf(await fork(guest.api_key, { priority: "low" }))).priority).toBe("low");
    expect(await refused(await fork(guest.api_key, { priority: "high" }))).toEqual(
      notAllowed("normal or low"),
    );
  });
});
