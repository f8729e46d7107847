/** Tasks that an executor cannot do now, over a real server: no attempt is lost, and it does not go on for ever. */
import type { Executor, Graph } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { afterEach, expect, it, vi } from "vitest";
import { createHarness, result, type Harness } from "../../test/driver-harness.ts";

let h: Harness;
let count = 0;

async function start(): Promise<string> {
  h = await createHarness(`declined${(count += 1)}`);
  h.startDriver();
  return h.submit(ONE);
}

afterEach(async () => {
  await h.close();
});

const ONE: Graph = {
  name: "one",
  nodes: [{ id: "a", type: "python_work", plane: "python", retry: { max_attempts: 1, backoff_ms: 1 } }],
  output: { v: "$a.v" },
};

it("issues what was declined again after a pause, as the same attempt", async () => {
  const run = await start();
  const first = await h.pull("default");
  await h.settle(first, [], "declined");
  const second = await h.pull("default");
  expect(second.task_id).not.toBe(first.task_id);
  expect(second.nodes[0]!.attempt).toBe(1);
  await h.settle(second, [result(second.nodes[0]!, { outputs: { v: "done" } })]);
  expect((await h.waitForEnd(run)).status).toBe("succeeded");
  const [retrying] = (await h.events(run)).filter((event) => event.type === "node.retrying");
  expect(retrying!.data).toMatchObject({ attempt: 1, error: { code: "handler-unavailable" } });
});

it("ends a node that everybody declines again and again, with the reason", async () => {
  const run = await start();
  for (let i = 0; i <= DEFAULTS.max_declined; i += 1) await h.settle(await h.pull("default"), [], "declined");
  expect((await h.waitForEnd(run)).status).toBe("failed");
  expect((await h.rows(run)).a).toMatchObject({ attempt: 1, error: { code: "handler-unavailable" } });
});

const row = (engine: { available: boolean; reason?: string }, more: Partial<Executor> = {}): Executor => ({
  executor_id: "exec_test",
  plane: "python",
  pool: "default",
  version: "1",
  status: "online",
  last_seen_ms: 0,
  slots: 1,
  labels: {},
  node_types: [
    { type: "python_work", schema_digest: "0".repeat(64), engines: [{ name: "test", ...engine }] },
  ],
  ...more,
});
const AWAY = row({ available: false, reason: "the service does not answer" });

it("waits as long as the engine is away, without a word or a task, and goes on when it is back", async () => {
  const run = await start();
  h.executors = [AWAY];
  await h.settle(await h.pull("default"), [], "declined");
  const awayAtLeast = async (times: number) => Number((await h.rows(run)).a!.away ?? 0) >= times;
  await vi.waitUntil(() => awayAtLeast(DEFAULTS.max_declined + 1), { timeout: 15_000, interval: 5 });
  expect(await h.record(run)).toMatchObject({ status: "waiting" });
  expect((await h.rows(run)).a).toMatchObject({ status: "pending", held: true, attempt: 0 });
  expect((await h.events(run)).filter(({ type }) => type === "node.retrying")).toHaveLength(1);
  h.executors = [row({ available: true })];
  const task = await h.pull("default");
  await h.settle(task, [result(task.nodes[0]!, { outputs: { v: "done" } })]);
  expect((await h.waitForEnd(run)).status).toBe("succeeded");
});

it("does what it can of a task meanwhile: only the node whose engine is away waits", async () => {
  h = await createHarness(`declined${(count += 1)}`);
  h.startDriver();
  const engines = [
    { name: "test", available: true },
    { name: "other", available: false },
  ];
  h.executors = [{ ...AWAY, node_types: [{ ...AWAY.node_types[0]!, engines }] }];
  const b = { ...ONE.nodes[0]!, id: "b", engine: "other", inputs: { x: "$a.v" } };
  const run = await h.submit({ name: "two", nodes: [...ONE.nodes, b], output: { v: "$b.v" } });
  const both = await h.pull("default");
  expect(both.nodes.map(({ id }) => id)).toEqual(["a", "b"]);
  await h.settle(both, [], "declined");
  const one = await h.pull("default");
  expect(one.nodes.map(({ id }) => id)).toEqual(["a"]);
  await h.settle(one, [result(one.nodes[0]!, { outputs: { v: "done" } })]);
  await vi.waitUntil(async () => (await h.record(run)).status === "waiting");
  const { a, b: waits } = await h.rows(run);
  expect([a!.status, a!.declined, waits!.held]).toEqual(["succeeded", undefined, true]);
});

it("fails at once where the engine is away and somebody follows its failure", async () => {
  h = await createHarness(`declined${(count += 1)}`);
  h.startDriver();
  h.executors = [AWAY];
  const b = { ...ONE.nodes[0]!, id: "b", type: "node_work", plane: "node" as const };
  const edges = [{ from: "a", to: "b", on: "failure" as const }];
  const output = { v: { $any: ["$a.v", "$b.v"] } };
  const run = await h.submit({ name: "instead", nodes: [...ONE.nodes, b], edges, output });
  await h.settle(await h.pull("default"), [], "declined");
  const instead = await h.pull("node");
  await h.settle(instead, [result(instead.nodes[0]!, { outputs: { v: "done" } })]);
  expect((await h.waitForEnd(run)).status).toBe("succeeded");
  expect((await h.rows(run)).a).toMatchObject({ status: "failed", error: { code: "engine-unavailable" } });
});

it("waits for an engine that is away until the run's deadline", async () => {
  h = await createHarness(`declined${(count += 1)}`);
  h.startDriver();
  h.executors = [AWAY];
  const run = await h.submit(ONE, {}, { run: 700 });
  await h.settle(await h.pull("default"), [], "declined");
  expect((await h.waitForEnd(run)).status).toBe("timed_out");
});

it.each([
  ["another executor has the engine", [AWAY, row({ available: true }, { executor_id: "exec_other" })]],
  ["it says itself that the engine is here", [row({ available: true })]],
  ["who says that it is away is away itself", [row({ available: false }, { status: "offline" })]],
  ["only another pool says that it is away", [row({ available: false }, { pool: "gpu" })]],
  ["it has announced nothing", []],
])("does not wait for ever when %s", async (_when, executors) => {
  const run = await start();
  h.executors = executors;
  for (let i = 0; i <= DEFAULTS.max_declined; i += 1) await h.settle(await h.pull("default"), [], "declined");
  expect((await h.waitForEnd(run)).status).toBe("failed");
});
