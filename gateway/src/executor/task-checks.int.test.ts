/** What handlers' checks refuse before the first node of a task begins; test_checks.py is its twin. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startValkey, type ValkeyServer } from "@myspinbot/services/valkey.ts";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { AppError } from "../errors/app-error.ts";
import type { Handler } from "../handlers/handler.ts";
import { createTestPool, type TestPool } from "./test/pool.ts";
import { startExecutor, type TestExecutor } from "./test/start-executor.ts";

const dir = mkdtempSync(join(tmpdir(), "checks-"));
let server: ValkeyServer;
let pool: TestPool;
let executor: TestExecutor;
let worked: string[] = [];

const value = (of: unknown) => ({ from: "value" as const, value: of });
const fromNode = (node: string) => ({ from: "node" as const, node, output: "value", optional: false });

const work: Handler = Object.assign(
  (_params: never, inputs: { a?: string }, { nodeId }: { nodeId: string }) => {
    worked.push(nodeId);
    return Promise.resolve({ value: inputs.a ?? "" });
  },
  {
    async check(params: { check?: string }, inputs: { a?: string }): Promise<void> {
      if (inputs.a === "unfit")
        throw new AppError("text-empty", "The text is unfit.", {
          errors: [{ pointer: "/inputs/a", detail: "It is unfit." }],
        });
      if (params.check === "away") throw new AppError("handler-unavailable", "The service is away.");
      if (params.check === "throw") throw new Error("a secret detail");
      if (params.check === "slow") await new Promise(() => {});
    },
  },
);
const failing: Handler = () => Promise.reject(new TypeError("a first line\nthe last line"));
const unjudged: Handler = (_params, _inputs, { nodeId }) => {
  worked.push(nodeId);
  return Promise.resolve({ value: "" });
};

beforeAll(async () => {
  server = await startValkey({ dir });
});
afterAll(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  worked = [];
  pool = await createTestPool(server.url);
  executor = await startExecutor(server.url, pool, { work, unjudged });
});
afterEach(async () => {
  await executor.stop(0);
  pool.disconnect();
});

it("begins no node when a check refuses one", async () => {
  const task = await pool.addTask(
    { id: "first", check: true },
    { id: "last", check: true, inputs: { a: value("unfit"), b: fromNode("first") } },
  );
  const ending = await pool.endingOf(task);
  expect(ending).toMatchObject({
    outcome: "settled",
    results: [
      {
        node_id: "last",
        attempt: 1,
        engine: "first",
        status: "failed",
        problem: { code: "text-empty", instance: "last", errors: [{ pointer: "/inputs/a" }] },
      },
    ],
  });
  expect(ending.results).toHaveLength(1);
  expect(ending.began).toEqual([]);
  expect(worked).toEqual([]);
});

it("judges nodes of later tasks with what is known, and leaves out those that cannot run here", async () => {
  const refused = await pool.addTaskAhead([{ id: "later", check: true, inputs: { a: value("unfit") } }], {
    id: "first",
    check: true,
  });
  expect(await pool.endingOf(refused)).toMatchObject({ results: [{ node_id: "later" }] });
  expect(worked).toEqual([]);
  const unfit = { check: true, inputs: { a: value("unfit") } };
  const begun = await pool.addTaskAhead([{ id: "later", ...unfit, type: "never_heard_of" }], { id: "first" });
  expect(await pool.endingOf(begun)).toMatchObject({ results: [{ node_id: "first", status: "succeeded" }] });
});

it.each([
  ["may be skipped", { inputs: { a: value("unfit") } }],
  ["has a handler without a check", { check: true, type: "unjudged", inputs: { a: value("unfit") } }],
  ["is judged by a service that is away", { check: true, params: { check: "away" } }],
])("leaves the verdict to the work for a node that %s", async (_, node) => {
  const task = await pool.addTask({ id: "a", ...node });
  expect(await pool.endingOf(task)).toMatchObject({ results: [{ node_id: "a", status: "succeeded" }] });
});

it("refuses where a check fails unexpectedly, and shows nothing of it", async () => {
  const task = await pool.addTask({ id: "a", check: true, params: { check: "throw" } });
  const ending = await pool.endingOf(task);
  expect(ending).toMatchObject({ results: [{ problem: { code: "handler-failed" } }] });
  expect(JSON.stringify(ending)).not.toContain("secret");
});

it("shows the last line of it to who develops it", async () => {
  await executor.stop(0);
  executor = await startExecutor(server.url, pool, { work, failing }, { showFailures: true });
  const ids = [
    await pool.addTask({ id: "a", check: true, params: { check: "throw" } }),
    await pool.addTask({ id: "a", type: "failing" }),
  ];
  const details: unknown[] = [];
  for (const id of ids) {
    const { results } = (await pool.endingOf(id)) as { results: { problem: { detail: string } }[] };
    details.push(results[0]!.problem.detail);
  }
  expect(details).toEqual([
    expect.stringMatching(/ Error: a secret detail$/),
    expect.stringMatching(/\. the last line$/),
  ]);
});

it("ends at once when its task is canceled while a check goes on", async () => {
  const task = await pool.addTask({ id: "a", check: true, params: { check: "slow" } });
  await pool.cancel(task, true);
  expect(await pool.endingOf(task)).toMatchObject({ outcome: "canceled", results: [] });
  expect(worked).toEqual([]);
});
