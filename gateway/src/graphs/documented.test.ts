/** The examples of docs/graphs.md: they fit, and do what the page says. */
import { readFileSync } from "node:fs";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { validateGraph } from "@myspinbot/contracts/validators.js";
import { describe, expect, it } from "vitest";
import { IMAGE, namedGraphs, nodeTypes, playTyped } from "../../test/semantics/play-typed.ts";
import { checkGraph } from "./check-graph.ts";

const page = readFileSync(new URL("../../../docs/graphs.md", import.meta.url), "utf8");
const examples = Array.from(page.matchAll(/```json\n([^`]+)```/g), ([, text]) => JSON.parse(text!) as Graph);

/** Plays an example whose nodes all succeed, but for those that are named. */
async function playExample(
  name: string,
  input: Record<string, unknown>,
  deeds: { failing?: string[]; hanging?: string[] },
) {
  const graph = examples.find((each) => each.name === name)!;
  const { status, output } = await playTyped(graph, input, deeds);
  return status === "succeeded" ? output : status;
}

describe("docs/graphs.md", () => {
  it("has seventeen examples, and each is played below", () => {
    expect(examples.map(({ name }) => name)).toEqual([...new Set(CASES.map(([name]) => name))]);
    expect(examples).toHaveLength(17);
  });

  it.each(examples.map((graph) => [graph.name, graph] as const))(
    "shows a graph that fits: %s",
    (_, graph) => {
      expect(validateGraph(graph), JSON.stringify(validateGraph.errors)).toBe(true);
      expect(checkGraph(graph, { nodeTypes, pools: ["default"], graphs: namedGraphs })).toEqual([]);
    },
  );

  const CASES: [
    ...[name: string, input: Record<string, unknown>, output: unknown],
    ...[failing?: string[], hanging?: string[]],
  ][] = [
    ["branch", { text: "a", kind: "script" }, { script: "script.narration" }],
    ["branch", { text: "a" }, { audio: "spoken.audio" }],
    ["known", { topic: "t", known: "other" }, { script: "script.narration", audio: "speech.audio" }],
    ["known", { topic: "t", known: "script.title" }, { script: "script.narration" }],
    ["long-or-short", { image: "i", large: true }, { image: "again.image" }],
    ["long-or-short", { image: "i" }, { image: "twice.image" }],
    ["greeting", { count: 3 }, { audio: "speech.audio" }],
    ["fallback", { text: "a" }, { audio: "best.audio" }],
    ["fallback", { text: "a" }, { audio: "plain.audio" }, ["best"]],
    ["fallback", { text: "a" }, "failed", ["best", "plain"]],
    ["race", { text: "a" }, { audio: "plain.audio", script: "script.narration" }, ["best"]],
    ["race", { text: "a" }, { audio: "best.audio", script: "script.narration" }, ["plain"]],
    ["race", { text: "a" }, "failed", ["best", "plain"]],
    ["in-time", { text: "a" }, { audio: "best.audio" }],
    ["in-time", { text: "a" }, { audio: "plain.audio" }, ["best"]],
    ["in-time", { text: "a" }, { audio: "plain.audio" }, [], ["best"]],
    ["try", { image: "i" }, { video: "large.video" }],
    ["try", { image: "i" }, { image: "still.image" }, ["film"]],
    ["try", { image: "i" }, { image: "still.image" }, ["large"]],
    ["pictures", { images: ["a", "b", "c"] }, { images: ["large.0.image", "large.2.image"] }, ["large.1"]],
    ["pictures", { images: [] }, { images: [] }],
    [
      "scenes",
      { scenes: [{ text: "a" }, { text: "b" }].map((scene) => ({ ...scene, image: IMAGE })) },
      { sounds: ["voice.0.audio", "voice.1.audio"], clips: ["clip.0.video", "clip.1.video"] },
    ],
    ["scenes", { scenes: [{ text: "a", image: IMAGE }] }, "failed", ["voice.0"]],
    ["takes", { texts: ["a", "b"], skip_first: true }, { audio: ["speech.1.audio"] }],
    ["takes", { texts: ["a", "b"] }, { audio: ["speech.0.audio", "speech.1.audio"] }],
    ["two-lists", { images: ["a", "b"] }, { videos: ["move.0.video", "move.1.video"] }],
    ["loop", { text: "t", title: "script.1.title" }, { script: "script.1.narration", audio: "speech.audio" }],
    ["loop", { text: "t", title: "x" }, { script: "script.2.narration", audio: "speech.audio" }],
    ["loop", { text: "t", title: "x" }, "failed", ["script.1"]],
    ["chapters", { texts: ["a", "b"] }, { audio: ["said.wished.0.audio", "said.wished.1.audio"] }],
    [
      "chapters",
      { texts: ["a", "b"] },
      { audio: ["said.wished.0.audio", "said.plain.1.audio"] },
      ["said.wished.1"],
    ],
    ["chapters", { texts: ["a"] }, "failed", ["said.wished.0", "said.plain.0", "said.last.0"]],
    ["always", { image: "i", text: "t" }, { script: "note.narration" }, ["film"]],
    ["always", { image: "i", text: "t" }, { video: "film.video", script: "note.narration" }],
    ["chosen-engine", { text: "t" }, { audio: "speech.audio" }],
    ["asked", { topic: "t" }, { script: "script.narration", audio: "speech.audio" }],
    ["asked", { topic: "t" }, "failed", ["script"]],
  ];
  it.each(CASES)("plays %s with %j: %j", async (name, input, output, failing = [], hanging = []) => {
    expect(await playExample(name, input, { failing, hanging })).toEqual(output);
  });
});
