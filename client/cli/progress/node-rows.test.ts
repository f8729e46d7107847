import type { Event, Run } from "@myspinbot/contracts/types.ts";
import { expect, test } from "vitest";
import { toNodeRows, withEvent } from "./node-rows.ts";

const run = {
  nodes: [
    { node_id: "speech", type: "synthesize_speech" },
    { node_id: "video", type: "animate_portrait" },
  ],
} as Run;

function event(type: Event["type"], data: Event["data"], node_id = "speech"): Event {
  return { seq: 1, type, run_id: "r", node_id, at: "2026-01-01T00:00:02.000Z", data };
}

test("follows a node from its start over its progress to its end", () => {
  const rows = [
    event("node.started", { attempt: 1, executor: "e", engine: "hibari" }),
    event("node.progress", { done: 3, total: 4, unit: "sentences" }),
  ].reduce(withEvent, toNodeRows(run));
  expect(rows[0]).toMatchObject({ status: "running", share: 0.75, engine: "hibari" });
  expect(withEvent(rows, event("node.succeeded", { attempt: 1 }))[0]).toMatchObject({
    status: "succeeded",
    share: 1,
  });
});

test("shows the instances of a node once their number is known, in its place", () => {
  const rows = [
    event("node.expanded", { count: 3 }),
    event("node.started", { attempt: 1, executor: "e" }, "speech.1"),
  ].reduce(withEvent, toNodeRows(run));
  expect(rows.map(({ nodeId, place, status }) => [nodeId, place, status])).toEqual([
    ["speech.0", { number: 1, of: 3 }, "pending"],
    ["speech.1", { number: 2, of: 3 }, "running"],
    ["speech.2", { number: 3, of: 3 }, "pending"],
    ["video", undefined, "pending"],
  ]);
  const none = withEvent(toNodeRows(run), event("node.expanded", { count: 0 }));
  expect(none.map(({ nodeId }) => nodeId)).toEqual(["video"]);
});

test("knows the instances of a run that has them already, and tells them once", () => {
  const started = {
    groups: [{ group_id: "scene", kind: "each", nodes: ["speech"], count: 2, ended: 0, failed: 0 }],
    nodes: [
      { node_id: "speech.0", type: "synthesize_speech" },
      { node_id: "speech.1", type: "synthesize_speech" },
    ],
  } as Run;
  const rows = withEvent(toNodeRows(started), event("node.expanded", { count: 2 }));
  expect(rows.map(({ place }) => place)).toEqual([
    { number: 1, of: 2 },
    { number: 2, of: 2 },
  ]);
});

test("keeps what a failed node said", () => {
  const error = {
    type: "t",
    title: "No face",
    status: 422,
    code: "no-face",
    detail: "The portrait shows no face.",
  };
  const [row] = withEvent(toNodeRows(run), event("node.failed", { attempt: 1, error }));
  expect(row).toMatchObject({ status: "failed", problem: "The portrait shows no face." });
});

test("leaves other nodes and unknown events alone", () => {
  const rows = toNodeRows(run);
  expect(withEvent(rows, event("node.started", { attempt: 1, executor: "e" }))[1]).toEqual(rows[1]);
  expect(withEvent(rows, event("node.exploded" as Event["type"], {}))).toBe(rows);
});

test("has no share of a total of nothing", () => {
  const rows = withEvent(toNodeRows(run), event("node.progress", { done: 0, total: 0, unit: "frames" }));
  expect(rows[0]?.share).toBe(0);
});
