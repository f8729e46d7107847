/** Nodes judged before their turn, over a real server: what a run's first tasks carry, and what a refusal does. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import { afterEach, expect, it } from "vitest";
import { createHarness, result, type Harness } from "../../test/driver-harness.ts";

let h: Harness;
let count = 0;

async function start(): Promise<void> {
  h = await createHarness(`ahead${(count += 1)}`);
  h.startDriver();
}

afterEach(async () => {
  await h.close();
});

const FILM: Graph = {
  name: "film",
  nodes: [
    { id: "script", type: "node_work", plane: "node" },
    { id: "portrait", type: "python_work", plane: "python" },
    {
      id: "speech",
      type: "python_work",
      plane: "python",
      inputs: { text: "$script.v", clip: "$input.clip?" },
    },
    {
      id: "final",
      type: "python_work",
      plane: "python",
      inputs: { video: "$speech.v", title: "$input.title?" },
    },
  ],
  output: { v: "$final.v" },
};

function refusal(code: string) {
  return { type: "about:blank", title: code, status: 422, detail: code, code, class: "permanent" } as never;
}

it("lets the first task of a pool judge what later ones will bring, with what is known of it", async () => {
  await start();
  const run = await h.submit(FILM, { title: "你好" });
  const task = await h.pull("default");
  expect(task.nodes).toMatchObject([{ id: "portrait", check: true }]);
  expect(task.ahead).toMatchObject([
    { id: "speech", attempt: 1, check: true, inputs: {} },
    { id: "final", attempt: 1, check: true, inputs: { title: { from: "value", value: "你好" } } },
  ]);
  const problem = refusal("invalid-input");
  await h.settle(task, [result(task.ahead![1]!, { status: "failed", problem })]);
  expect((await h.waitForEnd(run)).status).toBe("failed");
  const rows = await h.rows(run);
  expect(rows.final).toMatchObject({ status: "failed", attempt: 1, error: { code: "invalid-input" } });
  expect(rows.speech!.status).toBe("canceled");
});

it("sends nothing ahead with a pool's second task", async () => {
  await start();
  const run = await h.submit(FILM);
  const first = await h.pull("default");
  h.startExecutor("node", () => ({ outputs: { v: "words" } }));
  const second = await h.pull("default");
  expect(second.nodes.map((node) => node.id)).toEqual(["speech", "final"]);
  expect(second.ahead).toBeUndefined();
  await h.settle(
    first,
    first.nodes.map((node) => result(node, { outputs: { v: node.id } })),
  );
  await h.settle(
    second,
    second.nodes.map((node) => result(node, { outputs: { v: node.id } })),
  );
  expect((await h.waitForEnd(run)).status).toBe("succeeded");
});

it("believes no other pool about a node, and no success of what was not issued", async () => {
  await start();
  const run = await h.submit(FILM);
  const [scripts, portraits] = [await h.pull("node"), await h.pull("default")];
  const [script] = scripts.nodes;
  const speech = portraits.ahead![0]!;
  await h.settle(scripts, [
    result(speech, { status: "failed", problem: refusal("no-face") }),
    result(script!, { outputs: { v: "words" } }),
  ]);
  await h.settle(portraits, [
    result(portraits.nodes[0]!, { outputs: { v: "p" } }),
    result(portraits.ahead![1]!, { outputs: { v: "forged" } }),
  ]);
  h.startExecutor("default", (node) => ({ outputs: { v: node.id } }));
  expect((await h.waitForEnd(run)).status).toBe("succeeded");
  expect(JSON.parse((await h.redis.hget(h.keys.runData("s0", run), "output"))!)).toEqual({ v: "final" });
});
