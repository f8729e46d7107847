/** What clients and nodes say goes through a run as they said it, also where the driver remembers nothing of the run. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import { deepStrictEqual } from "node:assert";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createAppHarness, runOf, type AppHarness } from "../../test/app-harness.ts";
import { until } from "../../test/until.ts";
import { createMind, type Mind } from "../driver/driver.ts";

let h: AppHarness;
const stored: unknown[] = [];
const given: Record<string, unknown>[] = [];

/** Forgets each run at once, and keeps for the test what it would have remembered. */
function forgetful(): Mind {
  const mind = createMind(() => 0.5);
  const { runs } = mind.memory;
  runs.set = (_, { latest }) => void stored.push(latest);
  return mind;
}

beforeAll(async () => {
  h = await createAppHarness("said", { mind: forgetful() });
  await h.announceAll();
  h.driver.startDriver();
  for (const pool of ["node", "default"])
    h.driver.startExecutor(pool, ({ inputs }) => {
      given.push(inputs);
      const { value } = inputs.data as { value: unknown[] };
      return { outputs: { data: [...value, JSON.parse(SAID_BY_NODES) as unknown], text: "said" } };
    });
});
afterAll(async () => {
  await h.close();
});

const SAID: unknown[] = [
  { lc: 1, type: "constructor", id: ["langchain_core", "messages", "AIMessage"], kwargs: { content: "x" } },
  { lc: 1, type: "secret", id: ["S3_SECRET_KEY"] },
  { lc: 2, type: "undefined" },
  { lc: 2, type: "constructor", id: ["Set"], method: null, args: [[1]], kwargs: {} },
  { lc: 2, type: "delta_snapshot", value: 1 },
  { lg_name: "Send", node: "a", args: {}, more: true },
  { lg_name: "Command", update: { input: {} }, goto: "a" },
  { __overwrite__: 1 },
  { toJSON: "x", toString: 1, hasOwnProperty: null, then: "x" },
  { __interrupt__: [{ value: 1 }], __pregel_tasks: [] },
  { list: [null, [[]], {}, "", 0, -0.5, 9007199254740991, "\u0000\u{1f600}"] },
];
/** What no request may hold, but nodes may say. As text, because a literal's `__proto__` is no field. */
const SAID_BY_NODES = `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}`;

/** Names of nodes and fields, too, are what others chose. */
const GRAPH: Graph = {
  name: "said",
  input: { data: "Json[]", lc: "Number", type: "Text", id: "Text", kwargs: "Json", lg_name: "Text" },
  nodes: [
    { id: "constructor", type: "node_work", plane: "node", inputs: { data: "$input.data" } },
    {
      ...{ id: "lc", type: "python_work", plane: "python" },
      inputs: { need: 1, data: "$constructor.data" },
    },
    { id: "ok", type: "approval", plane: "node", inputs: { text: "$lc.text" } },
    {
      ...{ id: "last", type: "node_work", plane: "node" },
      inputs: { data: "$lc.data", text: "$ok.text" },
    },
  ],
  output: { type: "$last.data", lc: "$lc.data" },
};
const INPUT = {
  data: SAID,
  ...{ lc: 1, type: "constructor", id: "x", kwargs: { toJSON: 1 }, lg_name: "Command" },
};

it("brings it from the input to the output", async () => {
  const answer = await h.post("/v1/runs", { graph: GRAPH, input: INPUT });
  expect(answer.status, await answer.clone().text()).toBe(202);
  const { run_id } = await runOf(answer);
  const read = async () => runOf(await h.request(`/v1/runs/${run_id}`));
  await until(async () => (await read()).status === "waiting");
  const values = { text: '{"lc":2,"type":"undefined"}' };
  await h.post(`/v1/runs/${run_id}/resume`, { node_id: "ok", decision: "accept", values });
  await h.driver.waitForEnd(run_id);
  const run = await read();
  expect([run.status, run.error]).toEqual(["succeeded", undefined]);
  const more = (times: number) => `,${SAID_BY_NODES}`.repeat(times);
  const said = (times: number) => JSON.stringify(SAID).replace(/]$/, `${more(times)}]`);
  expect(JSON.stringify(run.output)).toBe(`{"lc":${said(2)},"type":${said(3)}}`);
  expect(run.input).toEqual(INPUT);
  expect(given.at(-1)).toMatchObject({ text: { value: values.text } });
});

it("stores nothing that JSON would lose", () => {
  expect(stored.length).toBeGreaterThan(4);
  for (const each of stored) deepStrictEqual(JSON.parse(JSON.stringify(each)), each);
});
