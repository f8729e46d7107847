/** The place in the queue that a run shows: among the waiting tasks of its pool, and none rather than a wrong one. */
import { steps } from "@myspinbot/contracts/steps.ts";
import type { Graph, Run } from "@myspinbot/contracts/types.ts";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createAppHarness, runOf, type AppHarness } from "../../test/app-harness.ts";
import { until } from "../../test/until.ts";
import { runStep } from "../redis/scripts.ts";

let h: AppHarness;
let count = 0;
beforeEach(async () => {
  h = await createAppHarness(`place${(count += 1)}`);
  await h.announceAll();
});
afterEach(() => h.close());

const graph = (plane: "node" | "python"): Graph => ({
  name: plane,
  nodes: [{ id: "a", type: `${plane}_work`, plane, ...(plane === "python" ? { inputs: { need: 1 } } : {}) }],
  output: { text: "$a.text" },
});
const read = async (run: string): Promise<Run> => runOf(await h.request(`/v1/runs/${run}`));
const places = async (runs: readonly string[]): Promise<(number | undefined)[]> =>
  Promise.all(runs.map(async (run) => (await read(run)).queue?.position));

/** Submits a run and waits until its task is out. */
async function submit(plane: "node" | "python"): Promise<string> {
  const { run_id } = await runOf(await h.post("/v1/runs", { graph: graph(plane) }));
  const { redis, keys } = h.driver;
  await until(async () => (await redis.hlen(keys.runTasks("s0", run_id))) > 0);
  return run_id;
}

it("counts the waiting tasks of the pool, and nothing else", async () => {
  const { run_id } = await runOf(await h.post("/v1/runs", { graph: graph("node") }));
  expect((await read(run_id)).queue).toEqual({ matching_executors: 1 });
  h.driver.startDriver();
  await until(async () => (await places([run_id]))[0] === 0);
  const runs = [
    run_id,
    await submit("node"),
    await submit("python"),
    await submit("node"),
    await submit("python"),
  ];
  expect(await places(runs)).toEqual([0, 1, 0, 2, 1]);
  await h.driver.pull("node");
  expect(await places(runs)).toEqual([undefined, 0, 0, 1, 1]);
  await h.request(`/v1/runs/${runs[1]}/cancel?wait=30`, { method: "POST" });
  expect(await places(runs)).toEqual([undefined, undefined, 0, 0, 1]);
});

it("looks at so many entries and bytes only, and says so", async () => {
  h.driver.startDriver();
  for (let i = 0; i < 3; i += 1) await submit("node");
  const { redis, keys } = h.driver;
  const stream = keys.poolTasks("s0", "node");
  const [last] = await redis.xrevrange(stream, "+", "-", "COUNT", 1);
  const look = (atMost: number, mostBytes: number) =>
    runStep(redis, steps.queuePlace(keys, { stream, entry: last![0], atMost, mostBytes }));
  expect(await look(2, 100_000)).toEqual([1, 2]);
  expect(await look(1, 100_000)).toEqual([1, -1]);
  expect(await look(2, 10)).toEqual([1, -1]);
});
