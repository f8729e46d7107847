/** Nothing grows: whatever ran, when its runs are gone, Redis holds what it held before. */
import type { Graph, Run } from "@myspinbot/contracts/types.ts";
import { GROUPS } from "@myspinbot/contracts/wire.ts";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { createAppHarness, runOf, type AppHarness } from "../../test/app-harness.ts";
import { until } from "../../test/until.ts";
import { toProblem } from "../errors/problem.ts";
import { reconcile } from "../driver/sweeps.ts";

const RUNS = 12;
const ROUNDS = 3;
/** What the dead are called. */
const DEAD = /^dead_/;

let store: S3Access;
let h: AppHarness;
beforeAll(async () => {
  store = await freshBucket(inject("store"));
  h = await createAppHarness("leaks", { seaweed: store });
});
afterAll(() => h.close());

/** No two graphs are the same; every third run fails, every fourth is tried again. */
function graphOf(round: number, n: number): Graph {
  const retry = { max_attempts: 2, backoff_ms: 1 };
  return {
    name: `g${round}-${n}`,
    nodes: [
      { id: "a", type: "node_work", plane: "node", retry, inputs: { text: n % 3 === 0 ? "fail" : "x" } },
      { id: "b", type: "python_work", plane: "python", inputs: { text: "$a.text", need: n } },
    ],
    output: { text: "$b.text" },
  };
}

const SIZE: Record<string, string> = {
  string: "STRLEN",
  list: "LLEN",
  set: "SCARD",
  zset: "ZCARD",
  hash: "HLEN",
  stream: "XLEN",
};

/** Each key with how much it holds. */
async function contents(): Promise<Record<string, unknown>> {
  const { redis } = h.driver;
  const out: Record<string, unknown> = {};
  for (const key of (await redis.keys("*")).sort())
    out[key] = await redis.call(SIZE[await redis.type(key)]!, key);
  return out;
}

/** Consumers of all groups that nobody is behind any more. */
async function deadConsumers(): Promise<string[]> {
  const { redis, keys } = h.driver;
  const streams = ["node", "default"].flatMap((pool) => [
    keys.poolTasks("s0", pool),
    keys.poolReports("s0", pool),
  ]);
  const names: string[] = [];
  for (const stream of streams)
    for (const group of Object.values(GROUPS)) {
      const rows = (await redis.xinfo("CONSUMERS", stream, group).catch(() => [])) as unknown[][];
      names.push(...rows.map((row) => String(row[1])));
    }
  return names.filter((name) => DEAD.test(name));
}

/** An executor of a pool and a driver that come, are seen, and die without a word. */
async function comeAndDie(round: number): Promise<void> {
  const { redis, keys } = h.driver;
  for (const [plane, pool] of [
    ["node", "node"],
    ["python", "default"],
  ] as const) {
    const id = `dead_${pool}_${round}`;
    await h.announce({ executor_id: id, plane, pool });
    await redis.call("XREADGROUP", "GROUP", "executors", id, "STREAMS", keys.poolTasks("s0", pool), ">");
    await redis.call(
      "XREADGROUP",
      "GROUP",
      "drivers",
      `dead_driver_${round}`,
      "STREAMS",
      keys.poolReports("s0", pool),
      ">",
    );
    const [seconds] = await redis.time();
    await redis.hset(keys.poolExecutors("s0", pool), `seen:${id}`, (Number(seconds) - 60) * 1000);
  }
}

async function round(number: number): Promise<void> {
  const headers = (n: number) => ({ prefer: "wait=30", "idempotency-key": `k${number}-${n}` });
  const runs: Run[] = await Promise.all(
    Array.from({ length: RUNS }, async (_, n) =>
      runOf(await h.post("/v1/runs", { graph: graphOf(number, n), tags: ["soak"] }, headers(n))),
    ),
  );
  const failed = runs.filter((run) => run.status === "failed");
  expect([runs.filter((run) => run.status === "succeeded").length, failed.length]).toEqual([8, 4]);
  for (const run of runs)
    await until(async () => (await h.request(run.urls.self, { method: "DELETE" })).status === 204);
}

it("holds no more after many runs than after the first", async () => {
  await h.announceAll();
  h.driver.startDriver();
  const seen = new Set<string>();
  const work = (node: { id: string }, task: { run_id: string }) => {
    const again = seen.has(task.run_id + node.id);
    seen.add(task.run_id + node.id);
    if (node.id === "a" && !again)
      return { status: "failed" as const, problem: toProblem("handler-crashed", "the first time") };
    return { outputs: { text: "x" } };
  };
  h.driver.startExecutor("node", (node, task) => {
    const { text } = node.inputs as { text?: { value?: string } };
    return text?.value === "fail"
      ? { status: "failed", problem: toProblem("handler-failed", "always") }
      : work(node, task);
  });
  h.driver.startExecutor("default", work);

  await round(0);
  const settled = async () => {
    await reconcile(h.driver.sweep);
    return contents();
  };
  // Timers of retries that came to nothing go when they are due.
  await until(async () => (await h.driver.redis.zcard(h.driver.keys.timers("s0"))) === 0);
  const first = await settled();
  for (let number = 1; number < ROUNDS; number += 1) {
    await comeAndDie(number);
    expect(await deadConsumers()).not.toEqual([]);
    await round(number);
    await until(async () => (await h.driver.redis.zcard(h.driver.keys.timers("s0"))) === 0);
  }
  h.driver.sweep.consumerIdleMs = 0;
  await expect.poll(settled).toEqual(first);
  expect(await deadConsumers()).toEqual([]);
  expect(Object.keys(first).filter((key) => /:(run|thread|graph|idem|artifact|task):/.test(key))).toEqual([]);
});
