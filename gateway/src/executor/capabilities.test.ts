/** Which engine a node gets. */
import type { EngineCapability } from "@myspinbot/contracts/types.ts";
import { expect, it } from "vitest";
import type { NodeType } from "../graphs/node-types.ts";
import { createCapabilities } from "./capabilities.ts";
import { createTestNodeTypes } from "./test/node-types.ts";

const plain = createTestNodeTypes("work").get("work")!;
const choosing: NodeType = {
  ...plain,
  inputs: {
    voice: { type: "Text", required: false, chooses_engine: "voices" },
    style: { type: "Json", required: false, chooses_engine: { model: "models", clip: "takes_clips" } },
  },
};
const first: EngineCapability = { name: "first", available: true, models: ["small"] };
const second: EngineCapability = {
  name: "second",
  available: true,
  voices: [{ name: "ada", language: "en", sex: "female" }],
  models: ["large"],
  takes_clips: true,
};

function choose(
  engines: readonly EngineCapability[],
  wanted = "auto",
  {
    type = plain,
    inputs = {},
    reason,
  }: { type?: NodeType; inputs?: Record<string, unknown>; reason?: string } = {},
) {
  const capabilities = createCapabilities([type]);
  capabilities.learn(new Map([["work", { engines, ...(reason === undefined ? {} : { reason }) }]]));
  return capabilities.engineFor(type, wanted, inputs);
}

it.each([
  ["auto", [first, second], { engine: "first" }],
  ["auto", [{ ...first, available: false }, second], { engine: "second" }],
  ["second", [first, second], { engine: "second" }],
  ["magic", [first, second], { never: "no engine for work: magic is not known here" }],
  [
    "second",
    [first, { ...second, available: false, reason: "the flag is down" }],
    { away: "no engine for work: second: the flag is down" },
  ],
  ["auto", [], { away: "no engine for work: first: it is not here; second: it is not here" }],
])("for %s of %j is %j", (wanted, engines, expected) => {
  expect(choose(engines, wanted)).toEqual(expected);
});

it("is none where the handler could not be asked", () => {
  expect(choose([], "auto", { reason: "Error: no module" })).toEqual({
    never: "no engine for work: Error: no module",
  });
});

it("is empty where the type has none to choose from", () => {
  expect(choose([], "auto", { type: { ...plain, engines: [] } })).toEqual({ engine: "" });
});

it.each([
  [{}, "first"],
  [{ voice: "ada" }, "second"],
  [{ voice: "eve" }, "first"],
  [{ style: { model: "large" } }, "second"],
  [{ style: { model: "small" } }, "first"],
  [{ style: { model: "small", clip: true } }, "first"],
  [{ style: { clip: true }, voice: "ada" }, "second"],
  [{ style: 5 }, "first"],
])("offers what %j asks for: %s", (inputs, engine) => {
  expect(choose([first, second], "auto", { type: choosing, inputs })).toEqual({ engine });
});

it("is announced, and only changes are news", () => {
  const capabilities = createCapabilities([plain]);
  expect(capabilities.learn(new Map([["work", { engines: [first] }]]))).toEqual(["work"]);
  expect(capabilities.learn(new Map([["work", { engines: [{ ...first }] }]]))).toEqual([]);
  expect(capabilities.rows()).toMatchObject([{ type: "work", engines: [first] }]);
});
