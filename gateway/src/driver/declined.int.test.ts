/** Tasks that an executor cannot do now, over a real server: no attempt is lost, and it does not go on for ever. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { afterEach, expect, it } from "vitest";
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
