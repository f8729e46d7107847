import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { systemClock } from "../clock.ts";
import { createNotes, type Notes } from "./notes.ts";

let said: { type: string; node: string; data: Record<string, unknown> }[];
let notes: Notes;

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  notes = createNotes({
    add: ({ type, node, body }) => {
      said.push({ type, node, data: JSON.parse(body) as Record<string, unknown> });
    },
    clock: systemClock,
  });
});
afterEach(() => {
  notes.stop();
  vi.useRealTimers();
});

const progress = (node: string, done: number) => notes.progress(node, { done, total: 100, unit: "frames" });
const done = (node: string) => said.filter((note) => note.node === node).map(({ data }) => data.done);

it("says the newest progress five times per second", () => {
  for (let i = 1; i <= 100; i += 1) {
    progress("a", i);
    vi.advanceTimersByTime(20);
  }
  vi.advanceTimersByTime(1000);
  expect(done("a")).toHaveLength(11);
  expect(done("a").at(-1)).toBe(100);
});

it("lets several nodes take turns", () => {
  progress("a", 1);
  progress("a", 2);
  progress("b", 1);
  progress("c", 1);
  vi.advanceTimersByTime(199);
  expect(said).toHaveLength(1);
  vi.advanceTimersByTime(401);
  expect(said.map(({ node }) => node)).toEqual(["a", "a", "b", "c"]);
});

it("never drops the last progress of a node", () => {
  progress("a", 1);
  progress("a", 2);
  notes.ended("a");
  expect(done("a")).toEqual([1, 2]);
});

it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])("ignores a progress of %s", (number) => {
  progress("a", number);
  expect(said).toEqual([]);
});

it("drops log lines when a handler floods, and says how many, at the node's end at last", () => {
  for (let i = 0; i < 60; i += 1) notes.log("a", { level: "info", message: `line ${i}` });
  expect(said).toHaveLength(50);
  vi.advanceTimersByTime(1000);
  notes.log("a", { level: "warn", message: "calm again" });
  expect(said.slice(50).map(({ data }) => data)).toEqual([
    { level: "warn", message: "10 log lines were dropped" },
    { level: "warn", message: "calm again" },
  ]);
  for (let i = 0; i < 10; i += 1) notes.log("a", { level: "info", message: `line ${i}` });
  notes.ended("a");
  expect(said.at(-1)?.data).toEqual({ level: "warn", message: "1 log lines were dropped" });
});

it.each([
  ["warning", "warn"],
  ["shout", "info"],
])("tells a line of the level %s as %s: a note that does not fit would be buried", (level, told) => {
  notes.log("a", { level: level as "info", message: "x" });
  expect(said).toEqual([expect.objectContaining({ data: { level: told, message: "x" } })]);
});

it("adds what was dropped before, whatever lines say", () => {
  notes.dropped("a", 7);
  notes.log("a", { level: "info", message: "3 log lines were dropped" });
  notes.dropped("a", 2);
  notes.ended("a");
  expect(said.map(({ data }) => data.message)).toEqual([
    "7 log lines were dropped",
    "3 log lines were dropped",
    "2 log lines were dropped",
  ]);
});
