/** When runs are said to begin and end: from what is kept of those before, and from nothing else. */
import { steps } from "@myspinbot/contracts/steps.ts";
import type { Capabilities, Graph, NodeResult, Run, Task } from "@myspinbot/contracts/types.ts";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createAppHarness, runOf, type AppHarness } from "../../test/app-harness.ts";
import { note, reportOf, result } from "../../test/driver-harness.ts";
import { until } from "../../test/until.ts";
import { runStep } from "../redis/scripts.ts";

let h: AppHarness;
let count = 0;
beforeEach(async () => {
  h = await createAppHarness(`eta${(count += 1)}`, { leaseMs: 60_000 });
  await h.announceAll();
  h.driver.startDriver();
});
afterEach(() => h.close());

const GRAPH: Graph = {
  name: "two",
  nodes: [
    { id: "a", type: "node_work", plane: "node" },
    { id: "b", type: "node_work", plane: "node", inputs: { text: "$a.text" } },
  ],
  output: { text: "$b.text" },
};
const read = async (run: string): Promise<Run> => runOf(await h.request(`/v1/runs/${run}`));
const durations = (): Promise<Record<string, string>> =>
  h.driver.redis.hgetall(h.driver.keys.durations("s0"));
const ofGraphs = (): Promise<Record<string, string>> =>
  h.driver.redis.hgetall(h.driver.keys.graphDurations("s0"));

async function submit(): Promise<Run> {
  const run = await runOf(await h.post("/v1/runs", { graph: GRAPH }));
  await until(async () => (await h.driver.redis.hlen(h.driver.keys.runTasks("s0", run.run_id))) > 0);
  return run;
}

function settleFrom(task: Task, first: number, results: NodeResult[]): Promise<unknown> {
  const { redis, keys } = h.driver;
  const { task_id, pool } = task;
  const last = { outcome: "settled", reason: '""', first, items: results.map(reportOf) };
  const step = steps.settle(keys, { shard: "s0", pool, task: task_id, consumer: "exec_test", ...last });
  return runStep(redis, step);
}

async function finish(): Promise<Run> {
  const run = await submit();
  const task = await h.driver.pull("node");
  const done = task.nodes.map((node) =>
    result(node, { outputs: { text: "x" }, timing: { load_s: 0.5, execute_s: 3, upload_s: 0.5 } }),
  );
  const started = note("a", "node.started", { attempt: 1, executor: "exec_test" });
  await h.driver.report(task, 1, [started]);
  // A run whose start and end come in one drive tells nothing of how long it took.
  await until(async () => (await h.driver.record(run.run_id)).started_at !== undefined);
  // What was reported already is not taken again: the note is the first.
  await settleFrom(task, 2, done);
  await h.driver.waitForEnd(run.run_id);
  return read(run.run_id);
}

it("says nothing without history", async () => {
  const { run_id } = await submit();
  const { queue } = await read(run_id);
  expect(queue).toEqual({ position: 0, eta_s: 0, matching_executors: 1 });
  const known = (await (await h.request("/v1/capabilities")).json()) as Capabilities;
  expect(known.graphs!.length).toBeGreaterThan(5);
  expect(known.graphs!.filter(({ ends_in_s }) => ends_in_s !== undefined)).toEqual([]);
});

it("keeps what tasks, node types and graphs took, the latest twenty, as long as there are such runs", async () => {
  const run = await finish();
  expect(await durations()).toEqual({ "pool:node": " 8000", "type:node_work": " 4000" });
  expect(Object.keys(await ofGraphs())).toEqual([run.graph_digest]);
  await h.driver.redis.hset(h.driver.keys.durations("s0"), "type:node_work", " 1".repeat(20));
  await finish();
  expect((await durations())["type:node_work"]).toBe(`${" 1".repeat(19)} 4000`);
  expect((await ofGraphs())[run.graph_digest]!.trim().split(" ")).toHaveLength(2);
  const { runs } = (await (await h.request("/v1/runs")).json()) as { runs: { run_id: string }[] };
  const { redis, keys } = h.driver;
  for (const { run_id } of runs)
    expect(
      await runStep(
        redis,
        steps.purge(keys, { shard: "s0", run: run_id, goneMs: 0, heirs: [], origin: "none" }),
      ),
    ).toBe(1);
  expect(await ofGraphs()).toEqual({});
});

it("says when a run begins and ends by what is before it, and by how far it is", async () => {
  const { redis, keys } = h.driver;
  await redis.hset(keys.durations("s0"), "type:node_work", " 4000 4000 9000", "pool:node", " 10000");
  const [first, second] = [await submit(), await submit()];
  expect((await read(first.run_id)).queue).toMatchObject({ position: 0, eta_s: 0, ends_in_s: 8 });
  const task = await h.driver.pull("node");
  // One place, and it is taken.
  expect((await read(second.run_id)).queue).toMatchObject({ position: 0, eta_s: 5, ends_in_s: 13 });
  await h.driver.report(task, 1, [
    note("a", "node.started", { attempt: 1, executor: "exec_test" }),
    note("a", "node.progress", { done: 100, total: 100, unit: "steps" }),
  ]);
  await until(async () => (await read(first.run_id)).progress.percent > 0);
  const { status, queue } = await read(first.run_id);
  expect([status, queue]).toEqual(["running", { ends_in_s: 4 }]);
  await settleFrom(
    task,
    3,
    task.nodes.map((node) => result(node, { outputs: { text: "x" } })),
  );
  await h.driver.waitForEnd(first.run_id);
  expect((await read(first.run_id)).queue).toBeUndefined();
});
