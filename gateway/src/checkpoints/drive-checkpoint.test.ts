import type { Checkpoint } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { toGraphModel } from "../run-engine/read-graph.ts";
import { createHubCache } from "../run-engine/hub.ts";
import { openCarry, storedOf } from "./drive-checkpoint.ts";
import { DriveSaver } from "./drive-saver.ts";
import { EARLIER } from "../../test/earlier-checkpoint.ts";

const CHECKPOINT: Checkpoint = {
  v: 4,
  id: "1f1e692c-f74f-6b80-8003-8292bc8bbc1b",
  ts: "2026-11-22T16:36:04.537Z",
  channel_values: {
    "out:a": { text: "h\u00e9llo", list: [], big: 2 ** 53 - 1 },
    "state:a": { phase: "succeeded" },
  },
  channel_versions: { "out:a": "0000000002.x", "state:a": "0000000002.y", "branch:to:a": "0000000001.z" },
  versions_seen: { a: { "branch:to:a": "0000000001.z" } },
};
const METADATA = { source: "loop", step: 3, parents: {} } as const;

describe("a drive's checkpoint", () => {
  it("comes back from what commit stores as it was, empty lists and large numbers too", async () => {
    const stored = await storedOf({ put: { checkpoint: CHECKPOINT, metadata: METADATA }, gets: 1, puts: 1 });
    const heads = stored!.blobs.flatMap(({ channel, version }) => [channel, version]);
    const carry = await openCarry({
      kind: "full",
      name: stored!.name,
      hash: { body: stored!.body, metadata: stored!.metadata },
      heads,
      blobs: stored!.blobs.map(({ value }) => value),
    });
    expect(carry.latest).toEqual({ checkpoint: CHECKPOINT, metadata: METADATA });
  });

  it.each([
    { lc: 1, type: "constructor", id: ["langchain_core", "messages", "AIMessage"], kwargs: { content: "x" } },
    { lc: 2, type: "undefined" },
    { lc: 2, type: "constructor", id: ["Set"], method: null, args: [[1]], kwargs: {} },
    { lc: 2, type: "delta_snapshot", value: 1 },
    { lg_name: "Send", node: "a", args: {}, more: true },
  ])("keeps what a client or a node says as it was said: %j", async (data) => {
    const values = { ...CHECKPOINT.channel_values, "out:a": { data } };
    const put = { checkpoint: { ...CHECKPOINT, channel_values: values }, metadata: METADATA };
    const stored = (await storedOf({ put, gets: 1, puts: 1 }))!;
    const { latest } = await openCarry({
      kind: "full",
      name: stored.name,
      hash: { body: stored.body, metadata: stored.metadata },
      heads: stored.blobs.flatMap(({ channel, version }) => [channel, version]),
      blobs: stored.blobs.map(({ value }) => value),
    });
    expect(JSON.stringify(latest!.checkpoint.channel_values["out:a"])).toBe(JSON.stringify({ data }));
  });

  it("that LangGraph's serializer wrote is read, and its run goes on", async () => {
    const nodes = ["a", "b", "c"].map((id) => ({
      ...{ id, type: "t", plane: id === "a" ? ("node" as const) : ("python" as const) },
      inputs: id === "a" ? {} : { x: "$a.v" },
    }));
    const model = toGraphModel({ name: "old", nodes, output: { b: "$b.v" } }, "digest");
    const carry = await openCarry({ kind: "full", ...EARLIER });
    const { channel_values: values } = carry.latest!.checkpoint;
    expect(values).toMatchObject({
      input: { text: "h\u00e9llo", list: [], n: 0.5 },
      "out:a": { v: [null, {}] },
      "state:c": { phase: "held", problem: { code: "handler-unavailable" } },
    });
    const hub = createHubCache(new DriveSaver(() => 0.5), 1)(model);
    const update = {
      ...{ "state:b": { phase: "succeeded" }, "out:b": { v: 2 } },
      "state:c": { phase: "pending" },
    };
    const { ready } = await hub.drive({ thread: "run", carry, step: { update } });
    expect(ready).toEqual(["c"]);
    expect(carry.put!.checkpoint.channel_values).toEqual({
      ...values,
      ...update,
      "state:c": { phase: "dispatched" },
    });
  });

  it("stores the values of those channels only whose version is new", async () => {
    const next: Checkpoint = {
      ...CHECKPOINT,
      channel_versions: { ...CHECKPOINT.channel_versions, "state:a": "0000000003.q" },
    };
    const latest = { checkpoint: CHECKPOINT, metadata: METADATA };
    const stored = await storedOf({
      latest,
      put: { checkpoint: next, metadata: METADATA },
      gets: 1,
      puts: 1,
    });
    expect(stored!.blobs.map(({ channel }) => channel)).toEqual(["|state:a"]);
  });

  it("is not made up when the driver has forgotten it", async () => {
    await expect(openCarry({ kind: "same" })).rejects.toThrow(/forgotten/);
    expect((await openCarry({ kind: "none", input: {}, taken: {} })).latest).toBeUndefined();
  });
});
