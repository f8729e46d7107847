import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { mostKeys } from "../src/most-keys.ts";
import { readSource } from "../src/source.ts";

const { titled, wire } = readSource(fileURLToPath(new URL("../..", import.meta.url)));

it("counts the keys of the largest JSON that fits a schema", () => {
  expect(mostKeys(titled, "FileInput")).toBe(1);
  expect(mostKeys(titled, "GraphEdge")).toBe(3);
  // Its own 16, 50 params, 50 inputs, 2 of the retry policy, 1 of the condition, whose inside counts as free.
  expect(mostKeys(titled, "GraphNode")).toBe(119);
  // Its own 8, input, output with a form each, groups with 7 fields, 20 of their items, a loop of 4 with its condition and 10
  // times what it hands on, nodes, edges.
  expect(mostKeys(titled, "Graph")).toBe(8 + 50 + 100 + 20 * (28 + 5 + 10 * 3) + 200 * 119 + 1000 * 3);
});

it("lets a body have the keys of the largest run, and more for what is free", () => {
  expect(wire.defaults.body_keys).toBe(mostKeys(titled, "RunCreate") + wire.defaults.free_keys!);
});
