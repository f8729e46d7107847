import type { Run } from "@myspinbot/contracts/types.ts";
import { describe, expect, it } from "vitest";
import type { RunRecord } from "./run-record.ts";
import { runTextOf, written } from "./run-text.ts";
import { toRun } from "./run-view.ts";

const NOW = 1_800_000_000_000;
const graph = {
  name: "two",
  nodes: [
    { id: "a", type: "node_work", plane: "node" as const, params: {}, inputs: {} },
    { id: "b", type: "gpu_work", plane: "python" as const, params: {}, inputs: {}, engine: "first" },
  ],
  output: {},
};

/** A run that was made just now, each with another of all that may differ. */
function newRun(n: number, more: Record<string, string> = {}): RunRecord {
  const created = NOW - 7 * n;
  return {
    run: `run_s${n}_01J0000000000000000000000${n}`,
    record: {
      ...{
        owner: `owner${n}`,
        graph: "two",
        digest: "d".repeat(64),
        status: "queued",
        seq: "1",
        drives: "0",
      },
      ...{ created_at: String(created), touched: String(created), idempotency: "e".repeat(64) },
      start_deadline_at: String(created + 1000 * n),
      run_deadline_at: String(created + 5000 * n),
    },
    nodes: {
      a: JSON.stringify({ type: "node_work", plane: "node", status: "pending", attempt: 0 }),
      b: JSON.stringify({
        type: "gpu_work",
        plane: "python",
        status: "pending",
        attempt: 0,
        engine: "first",
      }),
    },
    data: {
      input: JSON.stringify({ text: `"${n}" \\ \u2028 Grüße`, n, $run: "\u0001run\u0001" }),
      metadata: JSON.stringify({ customer: `"\u0001input\u0001"` }),
      tags: JSON.stringify(n % 2 ? [] : ["a", `\u0001tags\u0001`]),
      weights: '{"a":1,"b":1}',
      ...more,
    },
    artifacts: {},
    forks: [],
  };
}
const shown = (source: RunRecord, now: number): Run =>
  toRun(source, { now, graph, queue: { matching_executors: 2 } });

describe("a new run", () => {
  it("is written as every other of its graph, with what is its own", () => {
    const text = runTextOf(shown(newRun(1), NOW));
    if (!text) throw new Error("it has no text");
    for (const source of [newRun(1), newRun(2), newRun(3, { request_input: '{"portrait":{"file_id":"f"}}' })])
      for (const now of [NOW, NOW + 1234, NOW - 60_000])
        expect(written(text, source, now)).toBe(JSON.stringify(shown(source, now)));
  });

  it("is written by itself where its graph has what looks like a place", () => {
    expect(runTextOf({ ...shown(newRun(1), NOW), graph: "\u0001run\u0001" })).toBe(false);
  });
});
