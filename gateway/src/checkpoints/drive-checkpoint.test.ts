import type { Checkpoint } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { openCarry, storedOf } from "./drive-checkpoint.ts";

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
