/** Graphs that use several things of docs/graphs.md at once: they fit, and each comes to what the page says. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import { validateGraph } from "@myspinbot/contracts/validators.js";
import { describe, expect, it } from "vitest";
import { IMAGE, namedGraphs, nodeTypes, playTyped } from "../../test/semantics/play-typed.ts";
import { checkGraph } from "./check-graph.ts";

const python = { plane: "python" } as const;
const speech = { type: "synthesize_speech", ...python };

/** A film of a list of pictures, each enlarged if it can be, with words over it that a graph says. */
const STORYBOARD: Graph = {
  name: "storyboard",
  input: { title: "Text", shots: "Json[]" },
  groups: {
    shot: {
      ...{ each: "$input.shots", max: 10, at_once: 2, on_failure: "skip" },
      item: { image: "Image", caption: "Text?" },
    },
  },
  nodes: [
    { id: "large", type: "upscale_image", ...python, group: "shot", inputs: { image: "$shot.image" } },
    {
      ...{ id: "clip", type: "image_to_video", ...python, group: "shot" },
      inputs: { image: { $any: ["$large.image", "$shot.image"] } },
    },
    { id: "film", type: "join_films", ...python, inputs: { videos: "$clip.video" } },
    { id: "said", graph: "speak", inputs: { text: { $text: ["This is ", "$input.title", "."] } } },
  ],
  output: { video: "$film.video", audio: "$said.audio" },
};

/** A whole graph has its time; then a plain voice speaks. */
const PATIENT: Graph = {
  name: "patient",
  input: { text: "Text" },
  nodes: [
    { id: "said", graph: "speak", deadline_s: 30, inputs: { text: "$input.text" } },
    { id: "plain", ...speech, engine: "flite", inputs: { text: "$input.text" } },
  ],
  edges: [{ from: "said", to: "plain", on: "failure" }],
  output: { audio: { $any: ["$said.audio", "$plain.audio"] } },
};

/** A text is written again until a person accepts it, and then said. */
const DRAFTS: Graph = {
  name: "drafts",
  input: { topic: "Text", check: "Boolean?" },
  groups: {
    draft: {
      repeat: {
        ...{ max: 3, until: { ne: ["$read.accepted", false] } },
        carry: { topic: { init: { $text: ["About ", "$input.topic"] }, next: "$write.title" } },
      },
    },
  },
  nodes: [
    {
      id: "write",
      type: "generate_script",
      plane: "node",
      group: "draft",
      inputs: { topic: "$draft.topic" },
    },
    {
      ...{ id: "read", type: "approval", plane: "node", group: "draft" },
      params: { on_reject: "go_on" },
      inputs: { ask: "$input.check?", text: "$write.narration" },
    },
    { id: "say", ...speech, inputs: { text: "$read.text" } },
  ],
  output: { audio: "$say.audio" },
};

/** Per text two voices race, each in its time; a voice of a third kind is for when neither came. */
const VOICES: Graph = {
  name: "voices",
  input: { texts: "Text[]", most: "Number?" },
  groups: { line: { each: "$input.texts", max: 20 } },
  nodes: [
    { id: "a", ...speech, group: "line", deadline_s: 20, inputs: { text: "$line.item" } },
    {
      ...{ id: "b", ...speech, group: "line", engine: "flite", inputs: { text: "$line.item" } },
      when: { lt: ["$line.index", "$input.most"] },
    },
    {
      ...{ id: "plan", type: "align_speech", ...python, group: "line" },
      inputs: { audio: { $first: ["$a.audio", "$b.audio"] } },
    },
  ],
  output: { tracks: "$plan.track" },
};

/** What is made depends on what is there: a film of a picture, words, or both. */
const EITHER: Graph = {
  name: "either",
  input: { image: "Image?", text: "Text?", kind: "Text?" },
  nodes: [
    {
      ...{ id: "film", graph: "image-to-video", inputs: { image: "$input.image" } },
      when: { all: [{ has: "$input.image" }, { not: { in: ["$input.kind", ["sound", "words"]] } }] },
    },
    {
      ...{ id: "say", ...speech },
      inputs: { text: { $any: ["$input.text", "Look at this."] } },
      when: { any: [{ has: "$input.text" }, { eq: ["$input.kind", "sound"] }] },
    },
  ],
  output: { video: "$film.video?", audio: "$say.audio?" },
};

const SHOTS = [{ image: IMAGE }, { image: IMAGE, caption: "x" }];
const CASES: [
  graph: Graph,
  input: Record<string, unknown>,
  output: unknown,
  deeds?: { failing?: string[]; hanging?: string[] },
][] = [
  [STORYBOARD, { title: "t", shots: SHOTS }, { video: "film.video", audio: "said.wished.audio" }],
  [
    STORYBOARD,
    { title: "t", shots: SHOTS },
    { video: "film.video", audio: "said.plain.audio" },
    { failing: ["large.0", "clip.1", "said.wished"] },
  ],
  [PATIENT, { text: "t" }, { audio: "said.wished.audio" }],
  [PATIENT, { text: "t" }, { audio: "plain.audio" }, { hanging: ["said.wished"] }],
  [DRAFTS, { topic: "t" }, { audio: "say.audio" }],
  [DRAFTS, { topic: "t" }, "failed", { failing: ["write.0"] }],
  [VOICES, { texts: ["x", "y"], most: 1 }, { tracks: ["plan.0.track", "plan.1.track"] }],
  [
    VOICES,
    { texts: ["x", "y"], most: 2 },
    { tracks: ["plan.0.track", "plan.1.track"] },
    { failing: ["b.0"], hanging: ["a.1"] },
  ],
  [VOICES, { texts: ["x"] }, { tracks: [] }, { hanging: ["a.0"] }],
  [EITHER, { image: "i" }, { video: "film.film.video" }],
  [EITHER, { image: "i", kind: "sound" }, { audio: "say.audio" }],
  [EITHER, { text: "t" }, { audio: "say.audio" }],
  [EITHER, {}, {}],
];

describe("composed graphs", () => {
  it.each([STORYBOARD, PATIENT, DRAFTS, VOICES, EITHER])("$name fits", (graph) => {
    expect(validateGraph(graph), JSON.stringify(validateGraph.errors)).toBe(true);
    expect(checkGraph(graph, { nodeTypes, pools: ["default"], graphs: namedGraphs })).toEqual([]);
  });

  it.each(CASES)("plays $name", async (graph, input, output, deeds) => {
    const played = await playTyped(graph, input, deeds);
    expect(played.status === "succeeded" ? played.output : played.status).toEqual(output);
  });

  it("uses what could not be enlarged as it was", async () => {
    const { attempts } = await playTyped(STORYBOARD, { title: "t", shots: SHOTS }, { failing: ["large.0"] });
    expect(attempts).toMatchObject({
      "clip.0": [{ image: IMAGE }],
      "clip.1": [{ image: "large.1.image" }],
      film: [{ videos: ["clip.0.video", "clip.1.video"] }],
      "said.wished": [{ text: "This is t." }],
    });
  });
});
