/** What operators see and do: dead letters are listed, read and put back; executors without the dead; the overview. */
import { steps } from "@myspinbot/contracts/steps.ts";
import type {
  DeadLetter,
  DeadLetterPage,
  Executor,
  ExecutorList,
  ExecutorProbe,
  Graph,
  Overview,
} from "@myspinbot/contracts/types.ts";
import {
  validateDeadLetter,
  validateDeadLetterPage,
  validateExecutor,
  validateOverview,
} from "@myspinbot/contracts/validators.js";
import { ROUTES } from "@myspinbot/contracts/routes.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAppHarness, problemOf, runOf, type AppHarness } from "../../test/app-harness.ts";
import { until } from "../../test/until.ts";
import { uploadTimer } from "../files/upload-list.ts";
import { newPlainId } from "../ids.ts";
import { runStep } from "../redis/scripts.ts";
import { OPERATOR_PATHS } from "../routes/operators.ts";

let h: AppHarness;
let count = 0;
beforeEach(async () => {
  h = await createAppHarness(`ops${(count += 1)}`, { deps: { shards: ["s0", "s1"] } });
});
afterEach(() => h.close());

const GRAPH: Graph = {
  name: "one",
  nodes: [{ id: "a", type: "node_work", plane: "node" }],
  output: { text: "$a.text" },
};
const read = async <T>(path: string): Promise<T> => (await (await h.request(path)).json()) as T;
const list = (query = ""): Promise<DeadLetterPage> => read(`/v1/dead-letters${query}`);
const redrive = (id: string) => h.request(`/v1/dead-letters/${id}/redrive`, { method: "POST" });

/** Buries an entry as a driver does that cannot read it. */
async function bury(shard: string, fields: Record<string, string>, source = "mail"): Promise<void> {
  const { redis, keys } = h.driver;
  const sourceStream = source === "mail" ? keys.mail(shard) : keys.poolReports(shard, source);
  const entry = (await redis.xadd(sourceStream, "*", ...Object.entries(fields).flat()))!;
  const letter = { shard, sourceStream, group: "drivers", entry, source };
  await runStep(redis, steps.bury(keys, { ...letter, reason: "the body is not JSON", kept: 100 }));
}

describe("dead letters", () => {
  it("are listed page by page over all shards, newest first, and read one by one", async () => {
    for (let i = 0; i < 7; i += 1) await bury(`s${i % 2}`, { run: "r", body: String(i) });
    const seen: string[] = [];
    for (let cursor = ""; ;) {
      const page = await list(`?limit=3${cursor && `&cursor=${cursor}`}`);
      expect(validateDeadLetterPage(page), JSON.stringify(page)).toBe(true);
      for (const { dead_letter_id } of page.dead_letters) {
        const letter = await read<DeadLetter>(`/v1/dead-letters/${dead_letter_id}`);
        expect(validateDeadLetter(letter)).toBe(true);
        expect(letter).toMatchObject({ dead_letter_id, source: "mail", reason: "the body is not JSON" });
        seen.push(letter.fields!.body!);
      }
      if (!page.next_cursor) break;
      cursor = page.next_cursor;
    }
    expect(seen.toSorted()).toEqual(["0", "1", "2", "3", "4", "5", "6"]);
    const ids = (await list()).dead_letters;
    expect(ids.map(({ at }) => at)).toEqual(
      ids
        .map(({ at }) => at)
        .toSorted()
        .reverse(),
    );
  });

  it("are put back once, and what can be read by now takes its way", async () => {
    await h.announceAll();
    const run = await runOf(await h.post("/v1/runs", { graph: GRAPH }));
    const { redis, keys } = h.driver;
    const shard = run.run_id.split("_")[1]!;
    const [[entry]] = (await redis.xrange(keys.mail(shard), "-", "+")) as [[string, string[]]];
    const letter = { shard, sourceStream: keys.mail(shard), group: "drivers", entry, source: "mail" };
    await runStep(redis, steps.bury(keys, { ...letter, reason: "of an older version", kept: 100 }));
    const [{ dead_letter_id: id }] = (await list()).dead_letters as [DeadLetter];
    const answers = await Promise.all([redrive(id), redrive(id)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 404]);
    expect((await list()).dead_letters).toEqual([]);
    const rows = (await redis.xrange(keys.mail(shard), "-", "+")) as [string, string[]][];
    expect(rows.map(([, flat]) => flat)).toEqual([["run", run.run_id, "body", '{"kind":"submitted"}']]);
  });

  it("are buried again when they still cannot be read", async () => {
    h.driver.startDriver();
    await bury("s0", { run: "r", body: "{" });
    const [first] = (await list()).dead_letters;
    expect((await redrive(first!.dead_letter_id)).status).toBe(204);
    const again = (id: string) =>
      list().then((page) => page.dead_letters.find((one) => one.dead_letter_id !== id));
    const second = await until(() => again(first!.dead_letter_id));
    expect(second.reason).toBe("the run id is not one of this shard");
  });

  it("are not put back when they were too large to be kept whole, or their stream takes nothing", async () => {
    await bury("s0", { run: "r", body: "x".repeat(70_000) });
    await bury("s1", { run: "r", body: "{" }, "default");
    await h.driver.redis.xadd(
      h.driver.keys.poolReports("s1", "default"),
      "18446744073709551615-18446744073709551615",
      "x",
      "x",
    );
    for (const { dead_letter_id } of (await list()).dead_letters) {
      const refused = await redrive(dead_letter_id);
      expect([refused.status, (await problemOf(refused)).code]).toEqual([409, "dead-letter-unusable"]);
    }
    expect((await list()).dead_letters).toHaveLength(2);
  });

  it.each([
    "x",
    "dead_s0_1-0",
    "dead_s7_1-0",
    "dead_s0_99999999999999999999-0",
    "dead_s0_1-99999999999999999999",
  ])("%s is none", async (id) => {
    for (const response of [await h.request(`/v1/dead-letters/${id}`), await redrive(id)])
      expect([response.status, (await problemOf(response)).code]).toEqual([404, "dead-letter-not-found"]);
  });

  it.each(["limit=0", "limit=51", "limit=x", "cursor=x", "cursor=MSB4"])(
    "are not listed with %s",
    async (query) => {
      const response = await h.request(`/v1/dead-letters?${query}`);
      expect([response.status, (await problemOf(response)).code]).toEqual([400, "invalid-request"]);
    },
  );
});

it("shows executors that are heard of, and no others", async () => {
  await h.announceAll();
  await h.announce({ executor_id: "exec_drains", status: "draining" });
  await h.announce({ executor_id: "exec_left", status: "offline" });
  await h.announce({ executor_id: "exec_silent" });
  await h.driver.redis.hset(h.driver.keys.poolExecutors("s0", "default"), "seen:exec_silent", "1000");
  const { executors } = await read<ExecutorList>("/v1/executors");
  expect(executors.map(({ executor_id }) => executor_id).toSorted()).toEqual([
    "exec_drains",
    "exec_node",
    "exec_test",
  ]);
});

describe("an executor that is drained", () => {
  const order = (method: string, id: string) => h.request(`/v1/executors/${id}/drain`, { method });
  const statusOf = async (response: Response) => [
    response.status,
    ((await response.json()) as Executor).status,
  ];

  it("counts as draining at once, for runs too, and again as what it announces when it is undone", async () => {
    await h.announceAll();
    expect(await statusOf(await order("POST", "exec_node"))).toEqual([200, "draining"]);
    expect(await statusOf(await order("POST", "exec_node"))).toEqual([200, "draining"]);
    const { executors } = await read<ExecutorList>("/v1/executors");
    expect(executors.find(({ executor_id }) => executor_id === "exec_node")).toMatchObject({
      status: "draining",
    });
    const run = await runOf(await h.post("/v1/runs", { graph: GRAPH }));
    expect(run.queue).toMatchObject({ matching_executors: 0 });
    await h.announceAll();
    expect(await statusOf(await order("DELETE", "exec_node"))).toEqual([200, "online"]);
  });

  it("is woken, and told with its announcement in every shard", async () => {
    await h.announceAll();
    const { redis, keys } = h.driver;
    await redis.hset(keys.poolExecutors("s1", "node"), "exec_node", "{}");
    const subscriber = redis.duplicate();
    const heard: string[] = [];
    subscriber.on("message", (_channel, message: string) => heard.push(message));
    await subscriber.subscribe(...["s0", "s1"].map((shard) => keys.channels.poolControl(shard, "node")));
    await order("POST", "exec_node");
    await until(async () => heard.length === 2);
    expect(heard).toEqual(["announce exec_node", "announce exec_node"]);
    const row = { pool: "node", executor: "exec_node", announcement: "{}", status: "online" } as const;
    for (const shard of ["s0", "s1"])
      expect(await runStep(redis, steps.announce(keys, { ...row, shard }))).toEqual([
        expect.any(String),
        "drain",
        "",
        "",
      ]);
    await order("DELETE", "exec_node");
    expect(await runStep(redis, steps.announce(keys, { ...row, shard: "s0" }))).toEqual([
      expect.any(String),
      "none",
      "",
      "",
    ]);
    await order("POST", "exec_node");
    const seen = (await redis.hget(keys.poolExecutors("s0", "node"), "seen:exec_node"))!;
    await runStep(redis, steps.forget(keys, { shard: "s0", pool: "node", executor: "exec_node", seen }));
    expect(Object.keys(await redis.hgetall(keys.poolExecutors("s0", "node")))).toEqual([]);
    subscriber.disconnect();
  });

  it("that says so itself is asked again when it is undone, and has a moment to hear of it", async () => {
    await h.announceAll();
    await order("POST", "exec_node");
    const node = { executor_id: "exec_node", plane: "node", pool: "node" } as const;
    await h.announce({ ...node, status: "draining" });
    const undone = order("DELETE", "exec_node");
    const { redis, keys } = h.driver;
    await until(async () => (await redis.hexists(keys.poolExecutors("s0", "node"), "drain:exec_node")) === 0);
    await h.announce(node);
    expect(await statusOf(await undone)).toEqual([200, "online"]);
    // One that stops drains whatever operators want.
    await h.announce({ ...node, status: "draining" });
    let turns = 12;
    const passing = setInterval(() => (turns-- > 0 ? h.clock.pass(500) : clearInterval(passing)), 20);
    expect(await statusOf(await order("DELETE", "exec_node"))).toEqual([200, "draining"]);
    clearInterval(passing);
  });

  it.each(["exec_nobody", "exec_left", "drain:exec_node", "a b"])("is not %s", async (id) => {
    await h.announceAll();
    await h.announce({ executor_id: "exec_left", status: "offline" });
    for (const method of ["POST", "DELETE"]) {
      const response = await order(method, encodeURIComponent(id));
      expect([response.status, (await problemOf(response)).code]).toEqual([404, "executor-not-found"]);
    }
  });
});

describe("an executor whose engines are asked anew", () => {
  const probe = (id: string, query = "") =>
    h.request(`/v1/executors/${id}/probe${query}`, { method: "POST" });
  const orderIn = async (shard: string) => {
    const { redis, keys } = h.driver;
    return Number(await redis.hget(keys.poolExecutors(shard, "node"), "probe:exec_node"));
  };

  it("is woken in every shard with one order, which only grows and goes with its row", async () => {
    await h.announceAll();
    const { redis, keys } = h.driver;
    await redis.hset(keys.poolExecutors("s1", "node"), "exec_node", "{}");
    const subscriber = redis.duplicate();
    const heard: string[] = [];
    subscriber.on("message", (_channel, message: string) => heard.push(message));
    await subscriber.subscribe(...["s0", "s1"].map((shard) => keys.channels.poolControl(shard, "node")));
    const told = await probe("exec_node");
    const probed = (await told.json()) as ExecutorProbe;
    expect([told.status, validateExecutor(probed.executor), probed]).toMatchObject([
      202,
      true,
      { done: false },
    ]);
    await until(async () => heard.length === 2);
    expect(heard).toEqual(["announce exec_node", "announce exec_node"]);
    const first = await orderIn("s0");
    expect([first > 0, await orderIn("s1")]).toEqual([true, first]);
    const ahead = 10 ** 14;
    await redis.hset(keys.poolExecutors("s0", "node"), "probe:exec_node", ahead);
    await probe("exec_node");
    expect([await orderIn("s0"), await orderIn("s1")]).toEqual([ahead + 1, ahead + 1]);
    const seen = (await redis.hget(keys.poolExecutors("s0", "node"), "seen:exec_node"))!;
    await runStep(redis, steps.forget(keys, { shard: "s0", pool: "node", executor: "exec_node", seen }));
    expect(await redis.hgetall(keys.poolExecutors("s0", "node"))).toEqual({});
    subscriber.disconnect();
  });

  it("is waited for until its row says that it has looked", async () => {
    await h.announceAll();
    const answer = probe("exec_node", "?wait=60");
    const order = await until(() => orderIn("s0").then((at) => at || undefined));
    await h.announce({ executor_id: "exec_node", plane: "node", pool: "node", probe_order_ms: order });
    const response = await answer;
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { done: true, executor: { probe_order_ms: order } },
    ]);
  });

  it.each(["1e400", "-5", "9".repeat(40), "drain"])("is told nothing of an order %j", async (spoilt) => {
    await h.announceAll();
    const { redis, keys } = h.driver;
    await redis.hset(keys.poolExecutors("s0", "node"), "probe:exec_node", spoilt);
    const row = { pool: "node", executor: "exec_node", announcement: "{}", status: "online" } as const;
    const [, , told] = await runStep(redis, steps.announce(keys, { ...row, shard: "s0" }));
    expect(told).toBe("");
  });

  it("is there, and the time to wait a number", async () => {
    await h.announceAll();
    const nobody = await probe("exec_nobody");
    expect([nobody.status, (await problemOf(nobody)).code]).toEqual([404, "executor-not-found"]);
    const soon = await probe("exec_node", "?wait=soon");
    expect([soon.status, (await problemOf(soon)).code]).toEqual([400, "invalid-request"]);
  });
});

const NOTHING = { artifacts: 0, artifact_bytes: 0, files: 0, file_bytes: 0 };

it("says whose bytes there are: all together, and by owner the hundred with the most", async () => {
  const { redis, keys } = h.driver;
  const keep = (shard: string, owner: string, size: number) => {
    const file = newPlainId("file");
    const upload = { shard, owner, file, timer: uploadTimer(owner, file), uploadRetentionMs: 60_000 };
    return runStep(redis, steps.keepUpload(keys, { ...upload, how: "new", size }));
  };
  for (let i = 1; i <= 101; i += 1) await keep("s0", `owner-${i}`, i);
  await keep("s1", "owner-1", 1000);
  const overview = await read<Overview>("/v1/overview");
  expect(validateOverview(overview), JSON.stringify(overview)).toBe(true);
  expect(overview.storage!.total).toEqual({ ...NOTHING, files: 102, file_bytes: 6151 });
  expect(overview.storage!.owners).toHaveLength(100);
  const [first, second] = overview.storage!.owners;
  expect(first).toEqual({ owner: "owner-1", stored: { ...NOTHING, files: 2, file_bytes: 1001 } });
  expect(second!.owner).toBe("owner-101");
});

it("says how much there is of what", async () => {
  await h.announceAll();
  await bury("s1", { run: "r", body: "{" });
  h.driver.startDriver();
  const made = await h.post("/v1/runs", { graph: GRAPH });
  expect(made.status).toBe(202);
  const before = await read<Overview>("/v1/overview");
  expect(validateOverview(before), JSON.stringify(before)).toBe(true);
  expect(before).toMatchObject({ runs: { queued: 1, succeeded: 0 }, dead_letters: 1 });
  expect(before.redis.used_bytes).toBeGreaterThan(100_000);
  expect(before.redis.limit_bytes).toBeUndefined();
  expect(before.pools.map(({ pool, executors, slots }) => [pool, executors, slots])).toEqual([
    ["node", 1, 1],
    ["default", 1, 1],
    ["gpu", 0, 0],
  ]);
  expect(before.storage).toEqual({ total: NOTHING, owners: [] });
  await h.driver.redis.config("SET", "maxmemory", "1gb");
  expect((await read<Overview>("/v1/overview")).redis.limit_bytes).toBe(2 ** 30);
});

it("has every operators' route under a path that one guard can cover, and no other route there", () => {
  const covered = Object.values(ROUTES).filter(({ path }) =>
    OPERATOR_PATHS.some((each) => path === each || path.startsWith(`${each}/`)),
  );
  const operators = [
    "listExecutors",
    "drainExecutor",
    "undrainExecutor",
    "probeExecutor",
    "getOverview",
    "listDeadLetters",
    "getDeadLetter",
    "redriveDeadLetter",
  ];
  const paths = operators.map((operation) => ROUTES[operation as keyof typeof ROUTES].path);
  expect(covered.map(({ path }) => path).toSorted()).toEqual(paths.toSorted());
});
