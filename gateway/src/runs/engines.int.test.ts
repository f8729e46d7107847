/** Engines that callers choose in the input of a run, over HTTP. */
import type { Graph, Run, Task } from "@myspinbot/contracts/types.ts";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import {
  createAppHarness,
  problemOf,
  runOf,
  startStore,
  workNodeTypes,
  type AppHarness,
} from "../../test/app-harness.ts";

let store: Awaited<ReturnType<typeof startStore>>;
let h: AppHarness;
let count = 0;

beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());
afterEach(() => h.close());

const rows = (test: boolean, other: boolean) => ({
  executor_id: "exec_node",
  plane: "node" as const,
  pool: "node",
  node_types: workNodeTypes.list().map(({ type, schema_digest }) => ({
    type,
    schema_digest,
    engines: [
      { name: "test", available: test, ...(test ? {} : { reason: "it is away" }) },
      { name: "other", available: other, ...(other ? {} : { reason: "it has no model" }) },
    ],
  })),
});

async function start(test = true, other = true): Promise<void> {
  h = await createAppHarness(`engines${(count += 1)}`, { seaweed: store.seaweed });
  await h.announce(rows(test, other));
}

const graph = (engine: string): Graph => ({
  name: "g",
  input: { model: "Text?" },
  nodes: [
    { id: "a", type: "node_work", plane: "node", engine },
    { id: "b", type: "node_work", plane: "node", engine },
  ],
  output: {},
});

const create = (engine: string, input: Record<string, unknown>): Promise<Response> =>
  h.post("/v1/runs", { graph: graph(engine), input });

it.each([
  ["$input.model?", {}, "auto"],
  ["$input.model?", { model: "auto" }, "auto"],
  ["$input.model", { model: "other" }, "other"],
  ["$input.model?", { model: "test" }, "test"],
])("hands %s with %j on to the executor as %s", async (engine, input, wanted) => {
  await start();
  const seen: string[] = [];
  h.driver.startDriver();
  h.driver.startExecutor("node", async (node: Task["nodes"][number]) => {
    seen.push(node.engine);
    return { outputs: {} };
  });
  const created = await create(engine, input);
  expect(created.status, await created.clone().text()).toBe(202);
  await h.driver.waitForEnd((await runOf(created)).run_id);
  expect(seen).toEqual([wanted, wanted]);
});

it.each([
  ["$input.model", { model: "magic" }, /is no engine of "node_work"; there are auto, test, other/],
  ["$input.model?", { model: "" }, /is no engine/],
  ["$input.model?", { model: "constructor" }, /is no engine/],
  ["$input.model?", { model: "$input.model" }, /is no engine/],
  ["$input.model", {}, /is missing, and the node "b" needs it/],
  ["$input.model?", { model: 3 }, /text|string/],
])("refuses %s with %j once, with the field's pointer", async (engine, input, detail) => {
  await start();
  const refused = await create(engine, input);
  expect(refused.status).toBe(422);
  const { errors } = await problemOf(refused);
  expect(errors).toEqual([{ pointer: "/input/model", detail: expect.stringMatching(detail) as string }]);
});

it("is matched with what executors have: refused with their reason, counted as long as it waits", async () => {
  await start(true, false);
  const refused = await create("$input.model", { model: "other" });
  expect(refused.status).toBe(409);
  expect((await problemOf(refused)).detail).toContain("it has no model");

  const run = await runOf(await create("$input.model", { model: "test" }));
  expect(run.queue).toEqual({ matching_executors: 1 });
  await h.announce(rows(false, true));
  h.clock.pass(1000);
  const read: Run = await runOf(await h.request(run.urls.self));
  expect(read.queue?.matching_executors).toBe(0);
  expect(read.queue?.waiting_for?.map(({ node_id, reason }) => `${node_id}: ${reason}`)).toEqual([
    "a: test: it is away",
    "b: test: it is away",
  ]);
});
