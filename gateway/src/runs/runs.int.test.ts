/** Runs over HTTP: idempotency, waiting, lists, deletion, and what happens when Redis or the store is away. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { steps } from "@myspinbot/contracts/steps.ts";
import type { Capabilities, Graph, Health, Run, RunPage } from "@myspinbot/contracts/types.ts";
import { validateRunPage } from "@myspinbot/contracts/validators.js";
import { freshBucket, type S3Access, type SeaweedServer, startSeaweed } from "@myspinbot/services/seaweed.ts";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import {
  createAppHarness,
  PNG,
  problemOf,
  runOf,
  workNodeTypes,
  type AppHarness,
} from "../../test/app-harness.ts";
import { result } from "../../test/driver-harness.ts";
import { reconcile } from "../driver/sweeps.ts";
import { runStep } from "../redis/scripts.ts";
import { until } from "../../test/until.ts";
import { describeInProcess, itInProcess, RUNTIME } from "../../test/runtime.ts";

let store: S3Access;
let h: AppHarness;

beforeAll(async () => {
  store = await freshBucket(inject("store"));
});
afterEach(() => h.close());

let count = 0;
async function start(options: Parameters<typeof createAppHarness>[1] = {}): Promise<void> {
  h = await createAppHarness(`runs${(count += 1)}`, { seaweed: store, ...options });
  await h.announceAll();
}

const GRAPH: Graph = {
  name: "one",
  nodes: [{ id: "a", type: "node_work", plane: "node" }],
  output: { text: "$a.text" },
};
const create = (more: object = {}, headers: Record<string, string> = {}) =>
  h.post("/v1/runs", { graph: GRAPH, ...more }, headers);

describe("Idempotency-Key", () => {
  it("gives one run per key, also to requests at the same time", async () => {
    await start();
    const responses = await Promise.all(
      Array.from({ length: 20 }, () => create({ tags: ["x"] }, { "idempotency-key": "k1" })),
    );
    const runs = await Promise.all(responses.map(runOf));
    expect(new Set(responses.map((response) => response.status))).toEqual(new Set([202]));
    expect(new Set(runs.map((run) => run.run_id)).size).toBe(1);
    expect(await h.driver.redis.zcard(h.driver.keys.runs("s0"))).toBe(1);
  });

  it("knows the same body in another order of keys", async () => {
    await start();
    const a = await h.post("/v1/runs", { graph: GRAPH, tags: ["x"] }, { "idempotency-key": "k1" });
    const b = await h.post("/v1/runs", { tags: ["x"], graph: GRAPH }, { "idempotency-key": "k1" });
    expect((await runOf(b)).run_id).toBe((await runOf(a)).run_id);
  });

  it("refuses the key with another body", async () => {
    await start();
    const first = await runOf(await create({}, { "idempotency-key": "k1" }));
    const response = await create({ tags: ["other"] }, { "idempotency-key": "k1" });
    expect(response.status).toBe(409);
    const problem = await problemOf(response);
    expect(problem.code).toBe("idempotency-conflict");
    expect(problem.detail).toContain(first.run_id);
  });

  itInProcess("clock")("gives the accepted run also when it would not be accepted any more", async () => {
    await start();
    const first = await runOf(await create({}, { "idempotency-key": "k1" }));
    await h.driver.redis.del(h.driver.keys.poolExecutors("s0", "node"));
    h.clock.pass(1000);
    expect((await create()).status).toBe(409);
    const again = await create({}, { "idempotency-key": "k1" });
    expect([again.status, (await runOf(again)).run_id]).toEqual([202, first.run_id]);
  });

  it("refuses a key that is none", async () => {
    await start();
    expect((await create({}, { "idempotency-key": "a b" })).status).toBe(400);
    expect((await create({}, { "idempotency-key": "x".repeat(256) })).status).toBe(400);
  });
});

/** Lets time pass in small steps, until there is an answer; at most a step more than `ms` by the gateway's clock. */
async function afterMs(ms: number, asked: Promise<Response>): Promise<Response> {
  let answer: Response | undefined;
  asked.then(
    (response) => (answer = response),
    () => {},
  );
  const end = h.clock.now() + ms;
  await until(async () => {
    if (answer === undefined && h.clock.now() < end) h.clock.pass(500);
    return answer !== undefined;
  });
  return asked;
}

describe("Prefer: wait", () => {
  it("answers 200 with the ended run as soon as it ends", async () => {
    await start();
    h.driver.startDriver();
    const asked = create({}, { prefer: "wait=20" });
    const task = await h.driver.pull("node");
    await h.driver.settle(task, [result(task.nodes[0]!, { outputs: { text: "hello" } })]);
    const response = await asked;
    expect(response.status).toBe(200);
    expect(response.headers.get("preference-applied")).toBe("wait=20");
    expect(await runOf(response)).toMatchObject({ status: "succeeded", output: { text: "hello" } });
  });

  itInProcess("clock")("answers 202 when the time is over, not before", async () => {
    await start();
    const began = h.clock.now();
    const response = await afterMs(20_000, create({}, { prefer: "wait=20" }));
    expect([response.status, (await runOf(response)).status]).toEqual([202, "queued"]);
    expect(h.clock.now() - began).toBeGreaterThanOrEqual(20_000);
  });

  itInProcess("clock")(
    "answers what is true when the time is over, not what was true at its beginning",
    async () => {
      await start();
      h.driver.startDriver();
      const held = Promise.withResolvers<object>();
      h.driver.startExecutor("node", () => held.promise);
      const asked = create({}, { prefer: "wait=20" });
      const submitted = async () => (await h.driver.redis.zrange(h.driver.keys.runs("s0"), "0", "0"))[0];
      const rows = await until(submitted).then((id) => () => h.driver.rows(id));
      await until(async () => (await rows()).a?.status === "dispatched");
      const response = await afterMs(20_000, asked);
      expect(response.status).toBe(202);
      const run = await runOf(response);
      // The script of a submission knows no task yet.
      expect(run.nodes).toMatchObject([{ node_id: "a", status: "dispatched", attempt: 1 }]);
      held.resolve({ outputs: { text: "late" } });
    },
  );
});

describe("a failing run", () => {
  it("shows what the handler said", async () => {
    await start();
    h.driver.startDriver();
    const said = {
      type: "https://docs.myspinbot.dev/problems/no-face",
      title: "No face was found",
      status: 422,
      detail: "There are two cats.",
      code: "no-face",
      class: "permanent" as const,
    };
    h.driver.startExecutor("node", () => ({ status: "failed" as const, problem: said }));
    const run = await runOf(await create({}, { prefer: "wait=20" }));
    expect(run.status).toBe("failed");
    expect(run.error).toMatchObject({ code: "no-face", detail: "There are two cats." });
    expect(run.nodes[0]).toMatchObject({ status: "failed", error: { code: "no-face" } });
  });
});

describe("a queued run", () => {
  it("says that nobody who can run it is online", async () => {
    await start();
    await h.announce({ executor_id: "exec_node", plane: "node", pool: "node", status: "offline" });
    h.clock.pass(1000);
    const run = await runOf(await create());
    expect(run.queue).toEqual({ matching_executors: 0 });
    expect(run.status_reason).toMatch(/takes work now/);
    const read = await runOf(await h.request(run.urls.self));
    expect(read.queue).toEqual({ matching_executors: 0 });
  });

  it("does not count who works in fewer shards, whom health names", async () => {
    await start({ deps: { shards: ["s0", "s1"] } });
    await h.announce({ executor_id: "exec_node", plane: "node", pool: "node", shards: 1 });
    await h.announce({ executor_id: "exec_few", shards: 1 });
    await h.announce({ executor_id: "exec_many", shards: 4 });
    await h.announce({ executor_id: "exec_left", shards: 1, status: "offline" });
    const matching = new Map<string, number | undefined>();
    while (matching.size < 2) {
      const { run_id } = await runOf(await create());
      const { queue } = await runOf(await h.request(`/v1/runs/${run_id}`));
      matching.set(run_id.split("_")[1]!, queue?.matching_executors);
    }
    expect(Object.fromEntries(matching)).toEqual({ s0: 1, s1: 0 });
    const shards = async () => {
      h.clock.pass(1000);
      return ((await (await h.request("/readyz")).json()) as Health).checks?.["shards"];
    };
    expect(await shards()).toBe(
      "exec_few takes tasks of 1 shard (GPU_NODE_SHARDS), and the gateway has 2 (GATEWAY_SHARDS): " +
        "runs in s1 wait for another box. Set both alike. exec_many takes tasks of 4 shards (GPU_NODE_SHARDS), " +
        "and the gateway has 2 (GATEWAY_SHARDS). Set both alike.",
    );
    for (const executor_id of ["exec_few", "exec_many"]) await h.announce({ executor_id, shards: 2 });
    await until(async () => (await shards()) === "ok");
    await h.driver.redis.hset(h.driver.keys.poolExecutors("s0", "node"), "shards:", 3);
    expect(await shards()).toBe(
      "This gateway works in 2 shards (GATEWAY_SHARDS), and another one in 3. Set all alike.",
    );
  });

  itInProcess("clock")("says which engine went away, and no longer when it has come back", async () => {
    await start();
    const run = await runOf(await create());
    const engines = (available: boolean, reason?: string) => ({
      executor_id: "exec_node",
      plane: "node" as const,
      pool: "node",
      node_types: workNodeTypes.list().map(({ type, schema_digest }) => ({
        type,
        schema_digest,
        engines: [{ name: "test", available, ...(reason === undefined ? {} : { reason }) }],
      })),
    });
    const read = async (): Promise<Run> => {
      h.clock.pass(1000);
      return runOf(await h.request(run.urls.self));
    };
    expect((await read()).queue).toEqual({ matching_executors: 1 });
    await h.announce(engines(false, "the service does not answer"));
    const reason = "test: the service does not answer";
    expect((await read()).queue).toEqual({
      matching_executors: 0,
      waiting_for: [{ node_id: "a", type: "node_work", reason }],
    });
    // A run that has begun says it, too.
    const { redis, keys } = h.driver;
    await redis.hset(keys.run("s0", run.run_id), "status", "running");
    const running = await read();
    expect(running.queue).toEqual({ waiting_for: [{ node_id: "a", type: "node_work", reason }] });
    expect(running.status_reason).toContain("the service does not answer");
    await h.announce(engines(true));
    expect((await read()).queue).toBeUndefined();
  });

  it("gets its own deadlines", async () => {
    await start();
    const run = await runOf(await create({ deadlines: { start_s: 10, run_s: 20 } }));
    const span = (to?: string) => Date.parse(to ?? "") - Date.parse(run.created_at);
    expect([span(run.deadlines.start_at), span(run.deadlines.run_at)]).toEqual([10_000, 20_000]);
  });
});

describe("GET /v1/runs", () => {
  const pageOf = async (query: string): Promise<RunPage> => {
    const response = await h.request(`/v1/runs${query}`);
    expect(response.status).toBe(200);
    const page = (await response.json()) as RunPage;
    expect(validateRunPage(page), JSON.stringify(validateRunPage.errors)).toBe(true);
    return page;
  };

  it("merges all shards newest first, and pages through them without gap or repetition", async () => {
    await start({ deps: { shards: ["s0", "s1", "s2"] } });
    const made: string[] = [];
    for (let i = 0; i < 25; i += 1)
      made.push((await runOf(await create({ tags: [i % 2 ? "odd" : "even"] }))).run_id);
    // At the same time there is more than one per millisecond.
    made.push(
      ...(await Promise.all(Array.from({ length: 15 }, async () => (await runOf(await create())).run_id))),
    );
    expect(new Set(made.map((id) => id.slice(0, 6))).size).toBe(3);
    for (const limit of [1, 7, 40, 200]) {
      const seen: RunPage["runs"] = [];
      let query: string | undefined = `?limit=${limit}`;
      while (query !== undefined) {
        const page: RunPage = await pageOf(query);
        seen.push(...page.runs);
        query = page.next_cursor === undefined ? undefined : `?limit=${limit}&cursor=${page.next_cursor}`;
      }
      expect(seen.map((run) => run.run_id).sort()).toEqual([...made].sort());
      const times = seen.map((run) => run.created_at);
      expect(times).toEqual([...times].sort().reverse());
    }
  });

  it("filters by status, graph and tag", async () => {
    await start();
    const a = await runOf(await create({ tags: ["x"] }));
    const b = await runOf(await h.post("/v1/runs", { graph: { ...GRAPH, name: "two" } }));
    const ids = async (query: string) => (await pageOf(query)).runs.map((run) => run.run_id);
    expect(await ids("?tag=x")).toEqual([a.run_id]);
    expect(await ids("?graph=two")).toEqual([b.run_id]);
    expect(await ids("?status=queued")).toEqual([b.run_id, a.run_id]);
    expect(await ids("?status=failed")).toEqual([]);
    expect(await ids("?tag=%2A")).toEqual([]);
    expect(await ids("?without_tag=x")).toEqual([b.run_id]);
    expect(await ids("?without_tag=%2A")).toEqual([b.run_id, a.run_id]);
    expect(await ids("?tag=x&without_tag=x")).toEqual([]);
  });

  it("fills a page without a tag past those that have it, with no round trip for each", async () => {
    await start();
    const wanted: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      wanted.unshift((await runOf(await create({ tags: ["mine"] }))).run_id);
      await Promise.all(Array.from({ length: 30 }, () => create({ tags: ["aside", "other"] })));
    }
    const reads = await reading();
    const first = await pageOf("?without_tag=aside&limit=3");
    expect(first.runs.map((run) => run.run_id)).toEqual(wanted.slice(0, 3));
    expect(await reads()).toBeLessThanOrEqual(6);
    const last = await pageOf(`?without_tag=aside&limit=3&cursor=${first.next_cursor}`);
    expect(last.runs.map((run) => run.run_id)).toEqual(wanted.slice(3));
    expect(last.next_cursor).toBeUndefined();
  });

  it("does a bounded amount of work for a filter that fits nothing, and says where to go on", async () => {
    await start();
    const wanted = await runOf(await create({ tags: ["wanted"] }));
    const { driver } = h;
    await Promise.all(Array.from({ length: 1100 }, () => driver.submit(GRAPH)));
    const query = "?tag=wanted&limit=1";
    const pages: RunPage[] = [];
    for (let cursor: string | undefined = ""; cursor !== undefined; cursor = pages.at(-1)!.next_cursor) {
      const reads = await reading();
      pages.push(await pageOf(cursor === "" ? query : `${query}&cursor=${cursor}`));
      expect(await reads()).toBeLessThanOrEqual(10);
    }
    expect(pages.length).toBeLessThanOrEqual(5);
    expect(pages.flatMap(({ runs }) => runs.map((run) => run.run_id))).toEqual([wanted.run_id]);
  });
});

/** @returns how often lists were read since */
async function reading(): Promise<() => Promise<number>> {
  const { redis } = h.driver;
  const now = async () =>
    Number(/cmdstat_zrevrangebyscore:calls=(\d+)/.exec(await redis.info("commandstats"))?.[1] ?? 0);
  const before = await now();
  return async () => (await now()) - before;
}

/** A system that ends every run at once; runs are asked for with a key, and deleted when their last task has ended. */
async function startDeleting() {
  await start();
  h.driver.startDriver();
  h.driver.startExecutor("node", () => ({ outputs: { text: "x" } }));
  return {
    request: (key: string) => create({}, { prefer: "wait=20", "idempotency-key": key }),
    remove: (run: Run) =>
      until(async () => (await h.request(run.urls.self, { method: "DELETE" })).status === 204),
  };
}

describe("DELETE /v1/runs/{run_id}", () => {
  it("refuses a run that has not ended, and loses nothing", async () => {
    await start();
    const run = await runOf(await create());
    const response = await h.request(run.urls.self, { method: "DELETE" });
    expect([response.status, (await problemOf(response)).code]).toEqual([409, "run-not-finished"]);
    expect((await h.request(run.urls.self)).status).toBe(200);
  });

  it("leaves no key of the run", async () => {
    await start();
    h.driver.startDriver();
    h.driver.startExecutor("node", () => ({ outputs: { text: "x" } }));
    const run = await runOf(await create({}, { prefer: "wait=20" }));
    await until(async () => (await h.request(run.urls.self, { method: "DELETE" })).status === 204);
    expect((await h.driver.redis.keys(`*${run.run_id}*`)).sort()).toEqual([]);
    expect(await h.driver.redis.zscore(h.driver.keys.runs("s0"), run.run_id)).toBeNull();
    expect((await h.request(run.urls.self, { method: "DELETE" })).status).toBe(404);
  });

  it("frees the run's idempotency key: the same request then makes a new run", async () => {
    const { request, remove } = await startDeleting();
    const first = await runOf(await request("k1"));
    await remove(first);
    expect(await h.driver.redis.keys("*:idem:*")).toEqual([]);
    const second = await request("k1");
    expect(second.status).toBe(200);
    const { run_id } = await runOf(second);
    expect(run_id).not.toBe(first.run_id);
    expect((await runOf(await request("k1"))).run_id).toBe(run_id);
    // With another body, too: the key stands for the new run only.
    expect((await create({ tags: ["other"] }, { "idempotency-key": "k1" })).status).toBe(409);
  });

  it("takes a key whose run is gone for unused, whatever is left of it", async () => {
    await start();
    const { redis, keys } = h.driver;
    const first = await runOf(await create({ tags: ["old"] }, { "idempotency-key": "k1" }));
    const [key] = await redis.keys("*:idem:*");
    await redis.del(keys.run("s0", first.run_id));
    const again = await create({}, { "idempotency-key": "k1" });
    expect(again.status).toBe(202);
    expect(await redis.get(key!)).toContain((await runOf(again)).run_id);
  });

  it("removes a graph with the last run that has it, not before", async () => {
    const { request, remove } = await startDeleting();
    const graphs = () => h.driver.redis.keys("*:graph:*");
    const [a, b] = await Promise.all([request("k1"), request("k2")].map(async (r) => runOf(await r)));
    const other = await runOf(
      await h.post("/v1/runs", { graph: { ...GRAPH, name: "two" } }, { prefer: "wait=20" }),
    );
    expect(await graphs()).toHaveLength(2);
    await remove(other);
    expect(await graphs()).toHaveLength(1);
    await remove(a!);
    expect((await runOf(await h.request(b!.urls.self))).nodes).toHaveLength(1);
    expect(await graphs()).toHaveLength(1);
    await remove(b!);
    expect(await h.driver.redis.keys("*:graph*")).toEqual([]);
  });
});

describe("when Redis is away", () => {
  it("answers 503 with Retry-After without waiting for it, and goes on by itself", async () => {
    await start();
    const run = await runOf(await create());
    h.driver.valkey.service.signal("SIGSTOP");
    try {
      for (const ask of [
        () => create(),
        () => h.request(run.urls.self),
        () => h.request("/readyz"),
        () => h.request("/v1/runs"),
      ]) {
        const response = await ask();
        expect(response.status).toBe(503);
        expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
      }
      expect((await h.request("/healthz")).status).toBe(200);
      // Elsewhere than on this machine one needs a key, which Redis knows.
      expect((await h.request("/metrics")).status).toBe(RUNTIME === "node" ? 200 : 503);
    } finally {
      h.driver.valkey.service.signal("SIGCONT");
    }
    await until(async () => (await h.request(run.urls.self)).status === 200);
    expect((await create()).status).toBe(202);
  });
});

describe("when the store is away", () => {
  let dir: string;
  let seaweed: SeaweedServer;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "away-"));
    seaweed = await startSeaweed({ dir });
  });
  afterAll(async () => {
    await seaweed.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it("answers 503 with Retry-After within two seconds, and goes on by itself", async () => {
    await start({ seaweed });
    const withFile = {
      graph: { ...GRAPH, input: { p: "Image" } },
      input: { p: { file_id: "file_01J8ZQ5J3QK2N6S7T8V9W0X1Y2" } },
    };
    seaweed.service.signal("SIGSTOP");
    try {
      const upload = () =>
        h.request("/v1/files", { method: "POST", body: PNG, headers: { "content-type": "image/png" } });
      for (const ask of [upload, () => h.post("/v1/runs", withFile), () => h.request("/readyz")]) {
        const response = await afterMs(2000, ask());
        expect([response.status, (await problemOf(response)).class]).toEqual([503, "retryable"]);
        expect(response.headers.get("retry-after")).toBe("2");
      }
      expect((await create()).status).toBe(202);
    } finally {
      seaweed.service.signal("SIGCONT");
    }
    await until(async () => (await h.request("/readyz")).status === 200);
  });
});

describe("a server with an eviction policy", () => {
  it("is not ready, and says why", async () => {
    await start();
    expect((await h.request("/readyz")).status).toBe(200);
    await h.driver.redis.config("SET", "maxmemory-policy", "allkeys-lru");
    const response = await h.request("/readyz");
    expect(response.status).toBe(503);
    const problem = await problemOf(response);
    expect(problem.code).toBe("not-ready");
    expect(problem.detail).toContain("maxmemory-policy is allkeys-lru, but must be noeviction");
  });
});

describe("a full server", () => {
  it("refuses a new run before any write, and takes it when there is room", async () => {
    await start();
    await h.driver.redis.config("SET", "maxmemory-policy", "noeviction");
    await h.driver.redis.config("SET", "maxmemory", "1mb");
    const response = await create();
    expect([response.status, (await problemOf(response)).code]).toEqual([503, "redis-unavailable"]);
    expect(await h.driver.redis.zcard(h.driver.keys.runs("s0"))).toBe(0);
    await h.driver.redis.config("SET", "maxmemory", "0");
    expect((await create()).status).toBe(202);
  });
});

describeInProcess("log")("logs", () => {
  it("hold no bodies and no secrets, and one line per request", async () => {
    await start();
    await create(
      { metadata: { canary: "canary-in-the-body" } },
      { authorization: "Bearer canary-in-a-header" },
    );
    await h.request("/v1/runs?tag=canary-in-the-query");
    const text = JSON.stringify(h.lines);
    expect(text).not.toContain("canary");
    expect(h.lines.filter((line) => line.msg === "request")).toHaveLength(2);
    expect(h.lines.find((line) => line.msg === "request")).toMatchObject({
      level: "info",
      service: "gateway",
      method: "POST",
      path: "/v1/runs",
      status: 202,
    });
  });
});

describeInProcess("given")("an unexpected error", () => {
  it("shows an id only, under which the log has the stack", async () => {
    await start({
      deps: {
        roles: () => {
          throw new TypeError("inner workings");
        },
      },
    });
    const response = await h.request("/readyz");
    expect(response.status).toBe(500);
    const problem = await problemOf(response);
    expect(problem.code).toBe("internal");
    expect(JSON.stringify(problem)).not.toContain("inner workings");
    const line = h.lines.find((each) => each.msg === "unexpected error");
    expect(problem.detail).toContain(String(line?.error_id));
    expect(JSON.stringify(line)).toContain("inner workings");
  });
});

describe("executors that are gone", () => {
  const seen = async (id: string, agoMs: number): Promise<void> => {
    const { redis, keys } = h.driver;
    const [seconds] = await redis.time();
    await redis.hset(keys.poolExecutors("s0", "node"), `seen:${id}`, Number(seconds) * 1000 - agoMs);
  };
  const HOUR = 3_600_000;
  const ids = async () =>
    Object.keys(await h.driver.redis.hgetall(h.driver.keys.poolExecutors("s0", "node"))).sort();

  it("are waited for while they may come back", async () => {
    await start();
    await seen("exec_node", 23 * HOUR);
    expect((await runOf(await create())).queue).toMatchObject({ matching_executors: 0 });
  });

  it("let no run be accepted on what they said a day ago", async () => {
    await start();
    await seen("exec_node", 25 * HOUR);
    const response = await create();
    expect([response.status, (await problemOf(response)).code]).toEqual([409, "no-executor-matches"]);
    expect(await (await h.request("/v1/executors")).json()).toMatchObject({
      executors: [{ executor_id: "exec_test" }],
    });
  });

  it("leave the registry: after a day, or as soon as another offers the same", async () => {
    await start();
    const { keys, redis, sweep } = h.driver;
    const key = keys.poolExecutors("s0", "node");
    for (const id of ["old", "before", "sleeping"])
      await h.announce({
        executor_id: id,
        plane: "node",
        pool: "node",
        ...(id === "sleeping" ? { node_types: [] } : {}),
      });
    await seen("old", 25 * HOUR);
    await seen("before", HOUR);
    await seen("sleeping", HOUR);
    await redis.hset(key, "evil", "not json", "seen:evil", "99999999999999", "status:worse", "online");
    await reconcile(sweep);
    const left = ["exec_node", "sleeping"].flatMap((id) => [id, `seen:${id}`, `status:${id}`]);
    // What gateways say is none.
    expect(await ids()).toEqual([...left, "shards:"].sort());
    await reconcile(sweep);
    expect(await redis.hget(key, "shards:")).toBe("1");
  });

  it("stay when they announce themselves between the look and the removal", async () => {
    await start();
    const { keys, redis } = h.driver;
    const key = keys.poolExecutors("s0", "node");
    await seen("exec_node", 25 * HOUR);
    const before = await redis.hget(key, "seen:exec_node");
    await h.announceAll();
    const row = { shard: "s0", pool: "node", executor: "exec_node", seen: before! };
    expect(await runStep(redis, steps.forget(keys, row))).toBe(0);
    expect(await redis.hexists(key, "exec_node")).toBe(1);
  });
});

describe("capabilities and executors", () => {
  it("show what was announced, and nobody who is away", async () => {
    await start();
    await h.announce({ executor_id: "exec_away", status: "offline" });
    await h.driver.redis.hset(
      h.driver.keys.poolExecutors("s0", "default"),
      "exec_evil",
      "not json",
      "status:exec_evil",
      "online",
      "seen:exec_evil",
      "99999999999999",
    );
    const { executors } = (await (await h.request("/v1/executors")).json()) as {
      executors: { executor_id: string; status: string }[];
    };
    expect(executors.map(({ executor_id, status }) => [executor_id, status])).toEqual([
      ["exec_node", "online"],
      ["exec_test", "online"],
    ]);
    const { node_types } = (await (await h.request("/v1/capabilities")).json()) as {
      node_types: { type: string; executors_online: number; engines: object[] }[];
    };
    const work = node_types.find((each) => each.type === "python_work");
    expect(work).toMatchObject({
      executors_online: 2,
      engines: [
        { name: "test", available: true },
        { name: "other", available: false, reason: expect.stringContaining("No executor") as string },
      ],
    });
  });

  it("join what engines offer on all executors, whatever that is", async () => {
    await start();
    const announce = (executor_id: string, offers: object, available = true) =>
      h.announce({
        executor_id,
        node_types: workNodeTypes.list().map(({ type, schema_digest }) => ({
          type,
          schema_digest,
          engines: [{ name: "test", available, ...offers }],
        })),
      });
    const heart = { name: "heart", language: "en-US", sex: "female" as const };
    const slt = { name: "slt", language: "en-US", sex: "female" as const };
    await announce("exec_test", { voices: [heart], offers: { styles: ["oil", "ink"] } });
    await announce("exec_b", {
      voices: [slt, heart],
      takes_clips: true,
      offers: { styles: ["ink", "chalk"] },
    });
    await announce("exec_c", { voices: [{ ...slt, name: "away" }], offers: { styles: ["away"] } }, false);
    const { node_types } = (await (await h.request("/v1/capabilities")).json()) as Capabilities;
    expect(node_types.find((each) => each.type === "python_work")?.engines[0]).toEqual({
      name: "test",
      available: true,
      executors_online: 3,
      voices: [slt, heart],
      takes_clips: true,
      offers: { styles: ["ink", "chalk", "oil"] },
    });
  });
});
