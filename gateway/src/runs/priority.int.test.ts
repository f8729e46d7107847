/** Priorities of runs over HTTP: which stream their tasks wait in, where they stand, that they end like others. */
import type { Graph, Priority, Problem, Run } from "@myspinbot/contracts/types.ts";
import { PRIORITIES } from "@myspinbot/contracts/wire.ts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createAppHarness, problemOf, runOf, type AppHarness } from "../../test/app-harness.ts";
import { until } from "../../test/until.ts";
import { taskStream } from "../redis/task-stream.ts";

let h: AppHarness;
let count = 0;
async function start(): Promise<void> {
  h = await createAppHarness(`priority${(count += 1)}`, { leaseMs: 60_000 });
  await h.announceAll();
}

const GRAPH: Graph = {
  name: "one",
  nodes: [{ id: "a", type: "node_work", plane: "node" }],
  output: { text: "$a.text" },
};
const submit = (priority?: unknown): Promise<Response> =>
  h.post("/v1/runs", { graph: GRAPH, ...(priority === undefined ? {} : { priority }) });
const positionOf = async (run: string): Promise<number | undefined> =>
  (await runOf(await h.request(`/v1/runs/${run}`))).queue?.position;
const waiting = (level: Priority): Promise<number> =>
  h.driver.redis.xlen(taskStream(h.driver.keys, "s0", "node", level));

/** Submits a run and waits until its task is out. */
async function queued(priority: Priority): Promise<Run> {
  const run = await runOf(await submit(priority));
  await until(async () => (await h.driver.redis.hlen(h.driver.keys.runTasks("s0", run.run_id))) > 0);
  return run;
}

describe("priorities of requests", () => {
  beforeAll(start);
  afterAll(() => h.close());

  it("are three, normal when none is said, and shown", async () => {
    expect((await runOf(await submit())).priority).toBe("normal");
    for (const priority of PRIORITIES) {
      const { run_id, priority: said } = await runOf(await submit(priority));
      expect([said, (await runOf(await h.request(`/v1/runs/${run_id}`))).priority]).toEqual([
        priority,
        priority,
      ]);
    }
  });

  it.each(["urgent", "High", "", null, 1, ["high"], { level: "high" }])("are not %j", async (priority) => {
    const answer = await submit(priority);
    expect(answer.status).toBe(400);
    const { code, errors }: Problem = await problemOf(answer);
    expect([code, errors?.[0]?.pointer]).toEqual(["invalid-request", "/priority"]);
  });

  it("is part of what an idempotency key stands for", async () => {
    const ask = (priority: Priority): Promise<Response> =>
      h.post("/v1/runs", { graph: GRAPH, priority }, { "Idempotency-Key": "one" });
    expect((await ask("high")).status).toBe(202);
    expect((await ask("high")).status).toBe(202);
    expect((await problemOf(await ask("low"))).code).toBe("idempotency-conflict");
  });
});

describe("priorities of runs", () => {
  beforeEach(start);
  afterEach(() => h.close());

  it("decide who comes first, and the lowest has its turn", async () => {
    h.driver.startDriver();
    const low = await queued("low");
    const normal = await queued("normal");
    expect([await positionOf(low.run_id), await positionOf(normal.run_id)]).toEqual([1, 0]);
    for (let i = 0; i < 12; i += 1) await queued("high");
    const last = await queued("high");
    expect([await waiting("low"), await waiting("normal"), await waiting("high")]).toEqual([1, 1, 13]);
    // One of ten is low, one of five normal, whatever else waits.
    expect([
      await positionOf(low.run_id),
      await positionOf(normal.run_id),
      await positionOf(last.run_id),
    ]).toEqual([9, 4, 12]);
    const taken: string[] = [];
    for (let i = 0; i < 10; i += 1) taken.push((await h.driver.pull("node")).run_id);
    expect([taken.indexOf(normal.run_id), taken.indexOf(low.run_id)]).toEqual([3, 9]);
  });

  it.each(["high", "low"] as const)(
    "%s is canceled while it waits and while it is held, with proof",
    async (priority) => {
      h.driver.startDriver();
      const held = await queued(priority);
      const task = await h.driver.pull("node");
      const other = await queued(priority);
      const cancel = async (run: Run, wait: number): Promise<string> =>
        (await runOf(await h.request(`${run.urls.cancel!}?wait=${wait}`, { method: "POST" }))).status;
      expect(await cancel(other, 30)).toBe("canceled");
      expect(await cancel(held, 0)).toBe("canceling");
      await h.driver.settle(task, [], "canceled");
      expect(await cancel(held, 30)).toBe("canceled");
      expect(await waiting(priority)).toBe(0);
    },
  );
});
