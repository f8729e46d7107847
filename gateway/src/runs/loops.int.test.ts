/** Loops over HTTP: a node per iteration, what it sees of the one before, and what a client sees of it. */
import type { Graph, Task } from "@myspinbot/contracts/types.ts";
import { validateRun } from "@myspinbot/contracts/validators.js";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterEach, beforeAll, expect, inject, it } from "vitest";
import { createAppHarness, runOf, type AppHarness } from "../../test/app-harness.ts";

let store: S3Access;
let h: AppHarness;
let count = 0;

beforeAll(async () => {
  store = await freshBucket(inject("store"));
});
afterEach(() => h.close());

const graph = (max: number): Graph => ({
  name: "takes",
  input: { text: "Text" },
  groups: {
    take: {
      repeat: {
        max,
        until: { ge: ["$rate.number", 2] },
        carry: { text: { init: "$input.text", next: "$make.text" } },
      },
    },
  },
  nodes: [
    { id: "make", type: "node_work", plane: "node", group: "take", inputs: { text: "$take.text" } },
    {
      ...{ id: "rate", type: "python_work", plane: "python", group: "take" },
      inputs: { text: "$make.text", need: "$take.index" },
    },
    { id: "after", type: "node_work", plane: "node", inputs: { text: "$make.text" } },
  ],
  output: { text: "$after.text" },
});

const valueOf = (node: Task["nodes"][number], name: string): unknown => {
  const input = node.inputs[name];
  return input?.from === "value" ? input.value : undefined;
};

async function play(max: number) {
  h = await createAppHarness(`loops${(count += 1)}`, { seaweed: store });
  await h.announceAll();
  h.driver.startDriver();
  h.driver.startExecutor("node", async (node) => ({
    outputs: { text: `${String(valueOf(node, "text"))}+${node.id}` },
  }));
  h.driver.startExecutor("default", async (node) => ({
    outputs: { number: valueOf(node, "need") as number },
  }));
  const created = await h.post("/v1/runs", { graph: graph(max), input: { text: "begin" } });
  expect(created.status, await created.clone().text()).toBe(202);
  const { run_id } = await runOf(created);
  await h.driver.waitForEnd(run_id);
  const run = await runOf(await h.request(`/v1/runs/${run_id}`));
  expect(validateRun(run), JSON.stringify(validateRun.errors)).toBe(true);
  return run;
}

it("a loop goes over both planes until its condition holds, and its last value goes on", async () => {
  const run = await play(5);
  expect(run.error).toBeUndefined();
  expect(run.output).toEqual({ text: "begin+make.0+make.1+make.2+after" });
  expect(run.nodes.map(({ node_id, status }) => `${node_id} ${status}`)).toEqual([
    ...[0, 1, 2].map((k) => `make.${k} succeeded`),
    ...[0, 1, 2].map((k) => `rate.${k} succeeded`),
    "after succeeded",
  ]);
  expect(run.groups).toEqual([
    { group_id: "take", kind: "repeat", nodes: ["make", "rate"], count: 3, ended: 3, failed: 0 },
  ]);
  expect(run.progress.percent).toBe(100);
  const events = await h.driver.events(run.run_id);
  const expanded = events.filter(({ type, node }) => type === "node.expanded" && node === "make");
  expect(expanded.map(({ data }) => data)).toEqual([{ count: 1 }, { count: 2 }, { count: 3 }]);
});

it("a loop that does not meet its condition fails the run, with the group and the count", async () => {
  const run = await play(2);
  expect(run.status).toBe("failed");
  expect(run.error).toMatchObject({
    code: "group-failed",
    instance: "take",
    detail: "The group take: has not met its condition after 2 iterations.",
  });
});
