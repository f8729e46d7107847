/** What is left out of the bundle: it is small, and nobody misses anything. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Graph, Run } from "@myspinbot/contracts/types.ts";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { createEdgeHarness, type EdgeHarness } from "../../../test/edge-harness.ts";

let store: S3Access;
let h: EdgeHarness;

beforeAll(async () => {
  store = await freshBucket(inject("store"));
  h = await createEdgeHarness("bundle", store);
}, 120_000);
afterAll(() => h.close());

it("is small enough to start at once, with all that is deployed", () => {
  const packed = gzipSync(readFileSync(inject("edgeBundle").file), { level: 9 });
  expect(packed.length).toBeLessThanOrEqual(500 * 1024);
});

const WORK = { type: "node_work", plane: "node" } as const;
/** All that makes the run engine compile and decide in ways of its own. */
const EVERYTHING: Graph = {
  name: "everything",
  input: { texts: "Text[]" },
  groups: {
    line: { each: "$input.texts", max: 5 },
    take: {
      repeat: {
        max: 3,
        until: { eq: ["$make.text", "never"] },
        else: "last",
        carry: { text: { init: "$ok.text", next: "$make.text" } },
      },
    },
  },
  nodes: [
    { id: "read", ...WORK, group: "line", inputs: { text: "$line.item" } },
    { id: "first", ...WORK, inputs: { text: "draft" } },
    { id: "ok", type: "approval", plane: "node", inputs: { text: "$first.text" } },
    { id: "make", ...WORK, group: "take", inputs: { text: "$take.text" } },
    { id: "never", ...WORK, when: { eq: ["$make.text", "never"] } },
  ],
  output: { text: "$make.text", all: "$read.text" },
};

async function call(path: string, body?: object): Promise<Run> {
  const answer = await h.ask(path, {
    ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
    headers: { "content-type": "application/json" },
  });
  const text = await answer.text();
  expect(answer.status, text).toBeLessThan(300);
  return JSON.parse(text) as Run;
}

it("runs a graph with lists, an approval, a loop and conditions to its end", async () => {
  const input = { texts: ["a", "b"] };
  const { run_id } = await call("/v1/runs", { graph: EVERYTHING, input });
  await expect.poll(async () => (await call(`/v1/runs/${run_id}`)).status).toBe("waiting");
  await call(`/v1/runs/${run_id}/resume`, {
    node_id: "ok",
    decision: "accept",
    values: { text: "better" },
  });
  await expect.poll(async () => (await call(`/v1/runs/${run_id}`)).status).toBe("succeeded");
  const run = await call(`/v1/runs/${run_id}`);
  expect(run.output).toEqual({ text: "better", all: ["a", "b"] });
  const states = run.nodes.map(({ node_id, status }) => `${node_id} ${status}`);
  expect(states.filter((state) => state.startsWith("make."))).toHaveLength(3);
  expect(states).toContain("never skipped");
});
