/** What the submit step writes. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createHarness, type Harness } from "../../test/driver-harness.ts";

let h: Harness;
beforeEach(async () => {
  h = await createHarness("submit");
});
afterEach(() => h.close());

it("keeps every field, also of more than Lua hands over at once, and each graph once", async () => {
  const nodes = Array.from({ length: 1100 }, (_, i) => ({
    ...{ id: `n${i}`, type: "node_work", plane: "node" as const },
  }));
  const graph: Graph = { name: "many", nodes, output: {} };
  const { redis, keys } = h;
  for (let count = 1; count <= 2; count += 1) {
    const run = await h.submit(graph, { text: "x" });
    const kept = await redis.hgetall(keys.runNodes("s0", run));
    expect(Object.keys(kept).sort()).toEqual(nodes.map(({ id }) => id).sort());
    expect(kept.n1099).toContain("pending");
    expect(await redis.hgetall(keys.runData("s0", run))).toEqual({ input: '{"text":"x"}' });
    const { digest, status, seq, graph: name } = await redis.hgetall(keys.run("s0", run));
    expect({ status, seq, name }).toEqual({ status: "queued", seq: "1", name: "many" });
    expect(await redis.hget(keys.graphRuns("s0"), digest!)).toBe(String(count));
    expect(await redis.get(keys.graph("s0", digest!))).toBe(JSON.stringify(graph));
  }
});
