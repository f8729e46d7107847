/** Cancel over HTTP: what is answered when, and that an answer once given is kept. */
import type { DeliveryPage, Graph, Problem, Run } from "@myspinbot/contracts/types.ts";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterEach, beforeAll, expect, inject, it } from "vitest";
import { createAppHarness, problemOf, runOf, type AppHarness } from "../../test/app-harness.ts";
import { note, result } from "../../test/driver-harness.ts";
import { until } from "../../test/until.ts";
import { itInProcess } from "../../test/runtime.ts";

let store: S3Access;
let h: AppHarness;
let count = 0;

beforeAll(async () => {
  store = await freshBucket(inject("store"));
});
afterEach(() => h.close());

const GRAPH: Graph = {
  name: "two",
  nodes: [
    { id: "a", type: "node_work", plane: "node", retry: { max_attempts: 3, backoff_ms: 60_000 } },
    { id: "b", type: "node_work", plane: "node", inputs: { text: "$a.text" } },
  ],
  output: { text: "$b.text" },
};

async function start(): Promise<void> {
  // Nobody renews the leases of the tasks that these tests hold.
  h = await createAppHarness(`cancel${(count += 1)}`, { seaweed: store, leaseMs: 60_000 });
  await h.announceAll();
}
const submit = async (more: object = {}): Promise<Run> =>
  runOf(await h.post("/v1/runs", { graph: GRAPH, ...more }));
const cancel = (run: string, query = "") => h.request(`/v1/runs/${run}/cancel${query}`, { method: "POST" });
const statusOf = async (response: Response): Promise<[number, string]> => [
  response.status,
  (await runOf(response)).status,
];
const eventTypes = async (run: string): Promise<string[]> =>
  (await h.driver.events(run)).map((event) => event.type);

it("is decided before anybody drives, whoever asks again, and ends what waits in the queue", async () => {
  await start();
  const run = await submit({ webhook: { url: "https://example.com/", events: ["run.canceling"] } });
  expect(await statusOf(await cancel(run.run_id))).toEqual([202, "canceling"]);
  expect(await statusOf(await cancel(run.run_id))).toEqual([202, "canceling"]);
  h.driver.startDriver();
  expect(await statusOf(await cancel(run.run_id, "?wait=30"))).toEqual([200, "canceled"]);
  expect(await statusOf(await cancel(run.run_id))).toEqual([200, "canceled"]);
  expect(await eventTypes(run.run_id)).toEqual(["run.queued", "run.canceling", "run.canceled"]);
  const { nodes, error } = await runOf(await h.request(run.urls.self));
  expect(nodes.map((node) => node.status)).toEqual(["canceled", "canceled"]);
  expect(error).toMatchObject({ code: "canceled", class: "canceled" });
  const told = (await (await h.request(`${run.urls.self}/deliveries`)).json()) as DeliveryPage;
  expect(told.deliveries.map(({ event }) => event)).toEqual(["run.canceling"]);
});

itInProcess("clock")(
  "waits for the executor that has the task, and answers canceling until then (S9)",
  async () => {
    await start();
    h.driver.startDriver();
    const run = await submit();
    const task = await h.driver.pull("node");
    const waiting = cancel(run.run_id, "?wait=20");
    await until(async () => (await h.driver.redis.hget(taskKey(task.task_id), "cancel")) === "1");
    // The wait begins a moment after the cancel is there.
    const passing = setInterval(() => h.clock.pass(21_000), 20);
    expect(await statusOf(await waiting.finally(() => clearInterval(passing)))).toEqual([202, "canceling"]);
    const patient = cancel(run.run_id, "?wait=60");
    await h.driver.settle(task, [], "canceled");
    expect(await statusOf(await patient)).toEqual([200, "canceled"]);
  },
);

it("keeps a result that came too late for going on, and begins nothing more", async () => {
  await start();
  h.driver.startDriver();
  const run = await submit();
  const task = await h.driver.pull("node");
  await cancel(run.run_id);
  await h.driver.settle(task, [result(task.nodes[0]!, { outputs: { text: "x" } })]);
  expect(await statusOf(await cancel(run.run_id, "?wait=30"))).toEqual([200, "canceled"]);
  const { nodes } = await runOf(await h.request(run.urls.self));
  expect(nodes.map((node) => node.status)).toEqual(["succeeded", "canceled"]);
  expect(await h.driver.redis.xlen(h.driver.keys.poolTasks("s0", "node"))).toBe(0);
});

it("says of a node under way that it had begun, in the log, too, and lets a fork do it again", async () => {
  await start();
  h.driver.startDriver();
  const run = await submit();
  const task = await h.driver.pull("node");
  await h.driver.report(task, 1, [note("a", "node.started", { attempt: 1, executor: "exec_test" })]);
  await until(async () => (await eventTypes(run.run_id)).includes("node.started"));
  await cancel(run.run_id);
  await h.driver.settle(task, [], "canceled");
  expect(await statusOf(await cancel(run.run_id, "?wait=30"))).toEqual([200, "canceled"]);
  const { nodes } = await runOf(await h.request(run.urls.self));
  expect(nodes.map(({ status, attempt }) => [status, attempt])).toEqual([
    ["canceled", 1],
    ["canceled", 0],
  ]);
  expect(nodes[0]!.started_at).toBeDefined();
  const said = (await h.driver.events(run.run_id)).filter(({ type }) => type === "node.canceled");
  expect(said.map(({ node, data }) => [node, data])).toEqual([["a", { reason: "run" }]]);
  const fork = (from_node: string) => h.post(`/v1/runs/${run.run_id}/fork`, { from_node });
  expect((await problemOf(await fork("b"))).code).toBe("node-not-run");
  expect((await fork("a")).status).toBe(202);
});

it("is refused for a run that has ended otherwise, and for what is no wait", async () => {
  await start();
  h.driver.startDriver();
  h.driver.startExecutor("node", () => ({ outputs: { text: "x" } }));
  const run = await submit();
  await h.driver.waitForEnd(run.run_id);
  const refused = await cancel(run.run_id, "?wait=1");
  expect([refused.status, (await problemOf(refused)).code]).toEqual([409, "run-finished"]);
  expect(await statusOf(await h.request(run.urls.self))).toEqual([200, "succeeded"]);
  for (const wait of ["61", "-1", "1.5", "soon", ""]) {
    const response = await cancel(run.run_id, `?wait=${wait}`);
    expect([response.status, (await problemOf(response)).code]).toEqual([400, "invalid-request"]);
  }
  const nobody = await cancel("run_s0_01M825PKC72TAV63HHBZ5GR8JT");
  expect([nobody.status, (await problemOf(nobody)).code]).toEqual([404, "run-not-found"]);
});

it("ends a run that only waits for its next attempt, and its timer goes with it", async () => {
  await start();
  h.driver.startDriver();
  const run = await submit();
  const task = await h.driver.pull("node");
  const type = "https://docs.myspinbot.dev/problems/handler-unavailable";
  const code = "handler-unavailable";
  const problem: Problem = { type, title: "x", status: 503, detail: "x", code, class: "retryable" };
  const failed = { node_id: "a", attempt: 1, status: "failed" as const, problem };
  await h.driver.settle(task, [failed]);
  await until(async () => (await eventTypes(run.run_id)).includes("node.retrying"));
  expect(await statusOf(await cancel(run.run_id, "?wait=30"))).toEqual([200, "canceled"]);
  const timers = await h.driver.redis.zrange(h.driver.keys.timers("s0"), "0", "-1");
  expect(timers.filter((timer) => timer.includes(run.run_id))).toEqual([`retention|${run.run_id}|`]);
});

function taskKey(task: string): string {
  return h.driver.keys.poolTask("s0", "node", task);
}
