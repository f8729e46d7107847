/** What really lies in Redis of a run fits the schemas of its record and of its nodes' rows. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import { validateNodeRow, validateRunRow } from "@myspinbot/contracts/validators.js";
import { afterEach, expect, it } from "vitest";
import { toProblem } from "../errors/problem.ts";
import { createAppHarness, runOf, type AppHarness } from "../../test/app-harness.ts";

let h: AppHarness;
afterEach(() => h.close());

const GRAPH: Graph = {
  name: "three",
  nodes: [
    { id: "a", type: "node_work", plane: "node", retry: { max_attempts: 2, backoff_ms: 1 } },
    { id: "b", type: "node_work", plane: "node", inputs: { text: "$a.text" } },
    { id: "c", type: "node_work", plane: "node" },
  ],
  edges: [{ from: "b", to: "c", on: "failure" }],
  output: { text: "$b.text" },
};

/** What does not fit, with the reason. */
async function misfits(run: string): Promise<unknown[]> {
  const { redis, keys } = h.driver;
  const record = await redis.hgetall(keys.run("s0", run));
  const rows = Object.entries(await redis.hgetall(keys.runNodes("s0", run)))
    .filter(([field]) => !field.includes(":"))
    .map(([, row]) => JSON.parse(row) as unknown);
  expect(rows).toHaveLength(3);
  return [
    ...(validateRunRow(record) ? [] : [record, validateRunRow.errors]),
    ...rows.flatMap((row) => (validateNodeRow(row) ? [] : [row, validateNodeRow.errors])),
  ];
}

it("as submitted, while its nodes are dispatched, retried and skipped, and at its end", async () => {
  h = await createAppHarness("record");
  await h.announceAll();
  const created = await runOf(await h.post("/v1/runs", { graph: GRAPH }, { "idempotency-key": "k" }));
  expect(await misfits(created.run_id)).toEqual([]);

  let calls = 0;
  const during: unknown[] = [];
  h.driver.startDriver();
  h.driver.startExecutor("node", async () => {
    during.push(...(await misfits(created.run_id)));
    calls += 1;
    if (calls > 1) return { outputs: { text: "done" } };
    return { status: "failed", problem: toProblem("handler-unavailable", "It is away.") };
  });
  await h.driver.waitForEnd(created.run_id);
  expect([calls > 1, during]).toEqual([true, []]);
  const stored = await h.driver.redis.hgetall(h.driver.keys.runNodes("s0", created.run_id));
  expect((JSON.parse(stored.c!) as { status: string }).status).toBe("skipped");
  expect(await misfits(created.run_id)).toEqual([]);
});
