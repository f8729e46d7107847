/** Engines that callers choose in the input of a run, over HTTP. */
import type { Graph, Run, Task } from "@myspinbot/contracts/types.ts";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterAll, beforeAll, expect, inject, it, onTestFinished } from "vitest";
import {
  createAppHarness,
  problemOf,
  runOf,
  workNodeTypes,
  type AppHarness,
} from "../../test/app-harness.ts";
import { itInProcess } from "../../test/runtime.ts";

let store: S3Access;
let h: AppHarness;
/** Engines of nodes, by run. */
const seen = new Map<string, string[]>();

beforeAll(async () => {
  store = await freshBucket(inject("store"));
  h = await createAppHarness("engines", { seaweed: store });
  await h.announce(rows(true, true));
  h.driver.startDriver();
  h.driver.startExecutor("node", ({ engine }: Task["nodes"][number], { run_id }) => {
    seen.set(run_id, [...(seen.get(run_id) ?? []), engine]);
    return { outputs: {} };
  });
});
afterAll(() => h.close());

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

const graph = (engine: string): Graph => ({
  name: "g",
  input: { model: "Text?" },
  nodes: [
    { id: "a", type: "node_work", plane: "node", engine },
    { id: "b", type: "node_work", plane: "node", engine },
  ],
  output: {},
});

const create = (engine: string, input: Record<string, unknown>, app = h): Promise<Response> =>
  app.post("/v1/runs", { graph: graph(engine), input });

it.each([
  ["$input.model?", {}, "auto"],
  ["$input.model?", { model: "auto" }, "auto"],
  ["$input.model", { model: "other" }, "other"],
  ["$input.model?", { model: "test" }, "test"],
])("hands %s with %j on to the executor as %s", async (engine, input, wanted) => {
  const created = await create(engine, input);
  expect(created.status, await created.clone().text()).toBe(202);
  const { run_id } = await runOf(created);
  await h.driver.waitForEnd(run_id);
  expect(seen.get(run_id)).toEqual([wanted, wanted]);
});

it.each([
  ["$input.model", { model: "magic" }, /is no engine of "node_work"; there are auto, test, other/],
  ["$input.model?", { model: "" }, /is no engine/],
  ["$input.model?", { model: "constructor" }, /is no engine/],
  ["$input.model?", { model: "$input.model" }, /is no engine/],
  ["$input.model", {}, /is missing, and the node "b" needs it/],
  ["$input.model?", { model: 3 }, /text|string/],
])("refuses %s with %j once, with the field's pointer", async (engine, input, detail) => {
  const refused = await create(engine, input);
  expect(refused.status).toBe(422);
  const { errors } = await problemOf(refused);
  expect(errors).toEqual([{ pointer: "/input/model", detail: expect.stringMatching(detail) as string }]);
});

itInProcess("clock")(
  "is matched with what executors have: refused with their reason, counted as long as it waits",
  async () => {
    const app = await createAppHarness("matched", { seaweed: store });
    onTestFinished(() => app.close());
    await app.announce(rows(true, false));
    const refused = await create("$input.model", { model: "other" }, app);
    expect(refused.status).toBe(409);
    expect((await problemOf(refused)).detail).toContain("it has no model");

    const run = await runOf(await create("$input.model", { model: "test" }, app));
    expect(run.queue).toEqual({ matching_executors: 1 });
    await app.announce(rows(false, true));
    app.clock.pass(1000);
    const read: Run = await runOf(await app.request(run.urls.self));
    expect(read.queue?.matching_executors).toBe(0);
    expect(read.queue?.waiting_for?.map(({ node_id, reason }) => `${node_id}: ${reason}`)).toEqual([
      "a: test: it is away",
      "b: test: it is away",
    ]);
  },
);
