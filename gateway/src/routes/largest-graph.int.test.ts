/** The limits agree with each other: the largest run that the schema allows is accepted, and runs. */
import type { NodeTypeDefinition } from "@myspinbot/contracts/node-types.ts";
import type { Graph, RunCreate } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { afterEach, expect, it } from "vitest";
import { createAppHarness, runOf, type AppHarness } from "../../test/app-harness.ts";
import { startExecutor, type TestExecutor } from "../executor/test/start-executor.ts";
import type { TestPool } from "../executor/test/pool.ts";
import { createGraphCatalogue } from "../graphs/catalogue.ts";
import { createNodeTypes } from "../graphs/node-types.ts";

const NODES = 200;
const EDGES = 1000;
/** Inputs and params of a node, fields of a run's input, output and metadata. */
const FIELDS = 50;

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const fields = <T>(prefix: string, value: (i: number) => T): Record<string, T> =>
  Object.fromEntries(numbers(FIELDS).map((i) => [`${prefix}${i}`, value(i)]));

const definition: NodeTypeDefinition = {
  type: "wide_work",
  plane: "node",
  description: "Takes as much as a node can.",
  timeout_s: 60,
  engines: ["test"],
  resources: { cpu: 0, gpu: 0, vram_gb: 0 },
  schema_digest: "0".repeat(64),
  inputs: fields("i", () => ({ type: "Text", required: false })),
  outputs: fields("o", () => ({ type: "Text", required: false })),
};
const anything = () => true;
const nodeTypes = createNodeTypes({
  nodeTypes: [definition],
  validators: { wide_work: { params: anything, inputs: anything, outputs: anything } },
});

/** A chain in which every node has all that a node can have; edges lead from each to those behind it. */
function largestGraph(): Graph {
  const edges = numbers(NODES).flatMap((from) =>
    numbers(6).map((step) => ({ from: `n${from}`, to: `n${from + 1 + step}`, on: "success" as const })),
  );
  return {
    name: "largest",
    title: "Largest",
    description: "All that the schema allows.",
    input: fields("f", () => "Text"),
    nodes: numbers(NODES).map((n) => ({
      id: `n${n}`,
      type: "wide_work",
      plane: "node" as const,
      params: fields("p", (i) => i),
      inputs: fields("i", (i) => (n === 0 ? `$input.f${i}` : `$n${n - 1}.o${i}`)),
      retry: { max_attempts: 1, backoff_ms: 0 },
      timeout_s: 60,
      weight: 1,
      pool: "node",
      engine: "test",
      tags: numbers(20).map((i) => `t${i}`),
      foreach: false as const,
    })),
    edges: edges.filter(({ to }) => Number(to.slice(1)) < NODES).slice(0, EDGES),
    output: fields("r", (i) => `$n${NODES - 1}.o${i}`),
  };
}

let h: AppHarness;
let executor: TestExecutor | undefined;
afterEach(async () => {
  await executor?.stop(0);
  await h.close();
});

it("the largest run is accepted, and runs", async () => {
  const pools = ["default"];
  const graphs = createGraphCatalogue([], { nodeTypes, pools });
  h = await createAppHarness("largest", { deps: { nodeTypes, graphs } });
  const { redis, keys } = h.driver;
  await redis.xgroup("CREATE", keys.poolTasks("s0", "node"), "executors", "0", "MKSTREAM");
  const takeOver = async (params: unknown, inputs: unknown) => {
    expect(params).toEqual(fields("p", (i) => i));
    return Object.fromEntries(
      Object.entries(inputs as object).map(([name, text]) => [`o${name.slice(1)}`, text]),
    );
  };
  executor = await startExecutor(
    h.driver.valkey.url,
    { redis, keys } as TestPool,
    { wide_work: takeOver },
    { nodeTypes },
  );
  await h.announce({
    executor_id: "exec_wide",
    plane: "node",
    pool: "node",
    node_types: [
      {
        type: "wide_work",
        schema_digest: definition.schema_digest,
        engines: [{ name: "test", available: true }],
      },
    ],
  });
  h.driver.startDriver();

  const graph = largestGraph();
  expect([graph.nodes.length, graph.edges?.length]).toEqual([NODES, EDGES]);
  const request: RunCreate = {
    graph,
    input: fields("f", (i) => `text ${i}`),
    deadlines: { start_s: 60, run_s: 60 },
    metadata: fields("m", () => "x"),
    tags: numbers(20).map((i) => `t${i}`),
  };
  expect(JSON.stringify(request).length).toBeLessThan(DEFAULTS.body_bytes);
  const created = await h.post("/v1/runs", request);
  expect(created.status, await created.clone().text()).toBe(202);
  const { run_id } = await runOf(created);
  await h.driver.waitForEnd(run_id);
  const run = await runOf(await h.request(`/v1/runs/${run_id}`));
  expect(run.error).toBeUndefined();
  expect([run.status, run.output]).toEqual(["succeeded", fields("r", (i) => `text ${i}`)]);
});
