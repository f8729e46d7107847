import { describe, expect, it } from "vitest";
import { parseReference, InvalidReference } from "./references.ts";

describe("parseReference", () => {
  it.each([
    ["$script.narration", { kind: "node", node: "script", output: "narration", optional: false }],
    ["$speech.phones?", { kind: "node", node: "speech", output: "phones", optional: true }],
    ["$input.topic", { kind: "input", field: "topic", optional: false }],
    ["$input.voice?", { kind: "input", field: "voice", optional: true }],
    ["$$5", { kind: "constant", value: "$5" }],
    ["$$$", { kind: "constant", value: "$$" }],
    ["plain", { kind: "constant", value: "plain" }],
    [3, { kind: "constant", value: 3 }],
    [null, { kind: "constant", value: null }],
  ])("reads %j", (value, expected) => {
    expect(parseReference(value)).toEqual(expected);
  });

  it.each(["$", "$a", "$a.", "$A.b", "$a.b.c", "$a.b??", "$input", "$a .b", "$.b"])("refuses %j", (value) => {
    expect(() => parseReference(value)).toThrow(InvalidReference);
  });
});
