/** Holds LangGraph.js to what the driver relies on; an upgrade that changes it fails here. */
import { describe, expect, it } from "vitest";
import { DriveSaver, type DriveCarry } from "../checkpoints/drive-saver.ts";
import { toGraphModel } from "./read-graph.ts";
import { createHubCache, type HubCall, type HubResult } from "./hub.ts";

const MODEL = toGraphModel(
  {
    name: "two",
    nodes: [
      { id: "a", type: "t", plane: "node" },
      { id: "b", type: "t", plane: "python", inputs: { x: "$a.v" } },
      { id: "c", type: "t", plane: "python", inputs: { x: "$a.v" } },
    ],
    output: { b: "$b.v" },
  },
  "digest",
);
const hub = createHubCache(new DriveSaver(() => 0.5), 10)(MODEL);

async function drive(step: HubCall["step"], before?: DriveCarry): Promise<[HubResult, DriveCarry]> {
  const carry: DriveCarry = { gets: 0, puts: 0, ...(before?.put ? { latest: before.put } : {}) };
  return [await hub.drive({ thread: "run", carry, step }), carry];
}

describe("the hub", () => {
  it("reads one checkpoint and writes one per drive, whatever the graph", async () => {
    const [first, one] = await drive({ input: {} });
    expect([first.ready, one.gets, one.puts]).toEqual([["a"], 1, 1]);
    const update = { "state:a": { phase: "succeeded" }, "out:a": { v: 1 } };
    const [second, two] = await drive({ update }, one);
    expect([second.ready.toSorted(), two.gets, two.puts]).toEqual([["b", "c"], 1, 1]);
  });

  it("runs no node again when a result comes back", async () => {
    const [, one] = await drive({ input: {} });
    const [, two] = await drive({ update: { "state:a": { phase: "succeeded" }, "out:a": { v: 1 } } }, one);
    const [third, three] = await drive(
      { update: { "state:b": { phase: "succeeded" }, "out:b": { v: 2 } } },
      two,
    );
    expect(third.ready).toEqual([]);
    const [fourth] = await drive({ update: { "state:c": { phase: "succeeded" } } }, three);
    expect(fourth).toMatchObject({ ready: [], end: { status: "succeeded", output: { b: 2 } } });
  });

  it("drives a node with a name that every object has", async () => {
    const nodes = [{ id: "constructor", type: "t", plane: "node" as const }];
    const named = createHubCache(
      new DriveSaver(() => 0.5),
      10,
    )(toGraphModel({ name: "named", nodes, output: {} }, "named"));
    const carry: DriveCarry = { gets: 0, puts: 0 };
    expect((await named.drive({ thread: "run", carry, step: { input: {} } })).ready).toEqual(["constructor"]);
  });

  it("drives many runs of one graph side by side without mixing them", async () => {
    const results = await Promise.all(Array.from({ length: 50 }, (_, i) => drive({ input: { i } })));
    results.forEach(([result], i) => {
      expect(result.channels.input).toEqual({ i });
      expect(result.ready).toEqual(["a"]);
    });
  });
});
