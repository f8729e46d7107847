/** Submits of one turn, as one call of the step. */
import { steps } from "@myspinbot/contracts/steps.ts";
import { OWNERS } from "@myspinbot/contracts/wire.ts";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createHarness, type Harness } from "../../test/driver-harness.ts";
import { newId } from "../ids.ts";
import { createCommandClient, type Redis } from "./client.ts";
import { runStep } from "./scripts.ts";

let h: Harness;
let redis: Redis;
beforeEach(async () => {
  h = await createHarness("together");
  redis = createCommandClient(h.valkey.url, { behind: setImmediate });
  await redis.ping();
});
afterEach(async () => {
  redis.disconnect();
  await h.close();
});

type Given = Partial<Parameters<typeof steps.submit>[1]>;

function submitOf(more: Given = {}, key = "none") {
  const run = newId("run", "s0");
  const digest = more.digest ?? "d";
  return steps.submit(h.keys, {
    ...{ shard: "s0", run, digest, owner: OWNERS.default, graph: "{}", event: "{}" },
    ...{ hash: "none", request: "", idempotencyMs: 1000, startDeadlineMs: 60_000, runDeadlineMs: 60_000 },
    deliveryIds: newId("dlv", "s0"),
    record: { owner: OWNERS.default, graph: "g", digest },
    ...{ data: { input: "{}" }, nodes: { n: "{}" }, artifacts: {}, source: "none" },
    startsKey: h.keys.keyStarts("s0", key),
    liveKey: h.keys.limit("s0", key),
    bytesKey: h.keys.keyBytes("s0", key),
    ...{ perMinute: 0, mostLive: 0, mostBytes: 0 },
    ...more,
  });
}

/** What each is answered, without times. */
const all = async (given: ReturnType<typeof submitOf>[]) =>
  (await Promise.all(given.map((step) => runStep(redis, step)))).map(([answer]) => answer);

async function callsDuring(work: () => Promise<unknown>): Promise<number> {
  const count = async (): Promise<number> =>
    Number(/cmdstat_evalsha:calls=(\d+)/.exec(await h.redis.info("commandstats"))?.[1] ?? 0);
  const before = await count();
  await work();
  return (await count()) - before;
}

it("are one call, and each run is whole", async () => {
  const given = [submitOf(), submitOf({ digest: "other" }), submitOf({ owner: "ann" })];
  expect(await callsDuring(() => all(given))).toBe(1);
  const { keys } = h;
  const runs = given.map(({ args }) => String(args[1]));
  for (const run of runs) {
    expect(await redis.hmget(keys.run("s0", run), "status", "seq")).toEqual(["queued", "1"]);
    expect(await redis.hget(keys.runNodes("s0", run), "n")).toBe("{}");
    expect((await redis.xrange(keys.runEvents("s0", run), "-", "+")).map(([id]) => id)).toEqual(["1-0"]);
  }
  expect((await redis.zrange(keys.runsByStatus("s0", "queued"), "0", "-1")).sort()).toEqual(runs.toSorted());
  expect(await redis.zcard(keys.timers("s0"))).toBe(6);
  expect(await redis.zrange(keys.ownerRuns("s0", "all", "ann"), "0", "-1")).toEqual([runs[2]]);
  expect(await redis.hgetall(keys.graphRuns("s0"))).toEqual({ d: "2", other: "1" });
  expect(await redis.exists(keys.graph("s0", "d"), keys.graph("s0", "other"))).toBe(2);
  const mail = await redis.xrange(keys.mail("s0"), "-", "+");
  expect(mail.map(([, fields]) => fields[1])).toEqual(runs);
});

it("are judged one behind the other: what is named again, and whom a limit stops", async () => {
  const named = (request: string, hash = "same") => submitOf({ hash, request });
  const [first, again, other] = [named("a"), named("a"), named("b")];
  expect(await all([first, again, other, first])).toEqual([
    ["created", expect.any(String), "", ""],
    ["repeat", first.args[1]],
    ["conflict", first.args[1]],
    ["repeat", first.args[1]],
  ]);
  const rated = () => submitOf({ perMinute: 3 }, "rated");
  await all([rated()]);
  const answers = await all([rated(), rated(), rated(), submitOf({ perMinute: 5 }, "other")]);
  expect(answers.map(([word, ...more]) => [word, more.at(1)])).toEqual([
    ["created", "1"],
    ["created", "0"],
    ["limited", expect.any(String)],
    ["created", "4"],
  ]);
  expect(answers[2]![1]).toBe("rate");
  expect(await redis.llen(h.keys.keyStarts("s0", "rated"))).toBe(3);
  const living = () => submitOf({ mostLive: 2 }, "living");
  expect((await all([living(), living(), living()])).map(([word]) => word)).toEqual([
    ...["created", "created"],
    "limited",
  ]);
  expect(await redis.scard(h.keys.limit("s0", "living"))).toBe(2);
});

it("are refused alone when Redis refuses what is asked for one, of which nothing is written", async () => {
  await redis.lpush(h.keys.idempotency("s0", "poisoned"), "x");
  const bad = submitOf({ hash: "poisoned", request: "a", mostLive: 2 }, "mine");
  const answers = await all([submitOf(), bad, submitOf({ mostLive: 1 }, "mine")]);
  expect(answers.map(([word]) => word)).toEqual(["created", "failed", "created"]);
  expect(answers[1]![1]).toContain("WRONGTYPE");
  expect(await redis.exists(bad.keys[0]!)).toBe(0);
});

it("are as many calls as they are too many or too large for", async () => {
  expect(await callsDuring(() => all(Array.from({ length: 70 }, () => submitOf())))).toBe(3);
  const large = () => submitOf({ graph: JSON.stringify("x".repeat(150_000)) });
  expect(await callsDuring(() => all([large(), submitOf(), large()]))).toBe(2);
});

it("are sent whole where the server has forgotten the step, and all hear why it cannot be reached", async () => {
  await h.redis.script("FLUSH");
  const given = [submitOf(), submitOf()];
  expect((await all(given)).map(([word]) => word)).toEqual(["created", "created"]);
  redis.disconnect();
  const settled = await Promise.allSettled([submitOf(), submitOf()].map((step) => runStep(redis, step)));
  expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});
