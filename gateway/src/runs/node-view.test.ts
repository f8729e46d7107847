import { describe, expect, it } from "vitest";
import { toRunNodes } from "./node-view.ts";

const row = (more: object) =>
  JSON.stringify({ type: "t", plane: "python", pool: "default", status: "dispatched", attempt: 1, ...more });

describe("toRunNodes", () => {
  it("shows a node as running once its current task has begun it", () => {
    const fields = {
      a: row({ dispatched_at: 1000 }),
      "task:a": "task_s0_1 1",
      "began:a": "task_s0_1 2000",
      "progress:a": '{"done":1,"total":2,"unit":"x"}',
    };
    expect(toRunNodes(fields, ["a"])[0]).toMatchObject({
      status: "running",
      dispatched_at: "1970-01-01T00:00:01.000Z",
      started_at: "1970-01-01T00:00:02.000Z",
      progress: { done: 1 },
    });
  });

  it("does not take what an earlier task began for the current one", () => {
    const fields = {
      a: row({}),
      "task:a": "task_s0_2 2",
      "began:a": "task_s0_1 2000",
      "progress:a": '{"done":1,"total":2,"unit":"x"}',
    };
    const [node] = toRunNodes(fields, ["a"]);
    expect(node).toMatchObject({ status: "dispatched" });
    expect(node).not.toHaveProperty("started_at");
    expect(node).not.toHaveProperty("progress");
  });

  it("keeps the order of the graph", () => {
    expect(toRunNodes({ a: row({}), b: row({}) }, ["b", "a"]).map((node) => node.node_id)).toEqual([
      "b",
      "a",
    ]);
  });
});
