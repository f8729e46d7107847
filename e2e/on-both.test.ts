/** No file of these tests is forgotten: each meets a Worker, or it is said why not. */
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { NODE_ONLY, ON_BOTH, REASONS } from "./on-both.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const files = globSync("*.test.ts", { cwd: here }).map((name) => basename(name, ".test.ts"));
/** What starts a Worker in front of what it tests. */
const WORKER = /\b(startWorld|startWorkerBeside|startTwoSides)\(/;

it("says of every file whether it meets a Worker", () => {
  expect([...ON_BOTH, ...Object.keys(NODE_ONLY)].toSorted()).toEqual(files.toSorted());
});

it("says so of those alone that start one", () => {
  const starts = files.filter((name) => WORKER.test(readFileSync(`${here}${name}.test.ts`, "utf8")));
  expect(starts.toSorted()).toEqual([...ON_BOTH].toSorted());
});

it("gives reasons of which each is one of somebody", () => {
  expect([...new Set(Object.values(NODE_ONLY))].toSorted()).toEqual(Object.keys(REASONS).toSorted());
});
