/** Graphs that runs have kept are looked at again before they are run anew: node types may have changed since. */
import { GRAPHS } from "@myspinbot/contracts/graphs.ts";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { describe, expect, it } from "vitest";
import type { AppError } from "../errors/app-error.ts";
import { createGraphCatalogue } from "./catalogue.ts";
import { createNodeTypes, type NodeType, type NodeTypes } from "./node-types.ts";

const OUTER: Graph = {
  name: "outer",
  input: { words: "Text" },
  nodes: [{ id: "said", graph: "speak", inputs: { text: "$input.words" } }],
  output: { audio: "$said.audio" },
};
const PLAIN: Graph = {
  ...{ name: "plain", input: { words: "Text" }, output: { audio: "$speech.audio" } },
  nodes: [{ id: "speech", type: "synthesize_speech", plane: "python", inputs: { text: "$input.words" } }],
};

const known = createNodeTypes();
/** Those of today, but for one. */
function changed(type: string, change: (before: NodeType) => Partial<NodeType>): NodeTypes {
  const before = known.get(type)!;
  return { ...known, get: (name) => (name === type ? { ...before, ...change(before) } : known.get(name)) };
}
const catalogue = (nodeTypes: NodeTypes) =>
  createGraphCatalogue(Object.values(GRAPHS), { nodeTypes, pools: ["default"] });

/** "the same", or where it is wrong, whichever node it is. */
async function acceptedBy(nodeTypes: NodeTypes, source: Graph): Promise<string | string[]> {
  const kept = await catalogue(known).accept(source, "");
  const again = catalogue(nodeTypes).acceptKept(kept.graph);
  return again.then(
    ({ digest }) => (digest === kept.digest ? "the same" : digest),
    ({ extensions }: AppError) => [
      ...new Set(extensions.errors!.map((each) => each.pointer.replace(/\d+/, "n") + " " + each.detail)),
    ],
  );
}

describe.each([
  ["with a graph in it", OUTER],
  ["without", PLAIN],
])("a graph that was kept, %s", (_, source) => {
  it("is the same while node types are", async () => {
    expect(await acceptedBy(known, source)).toBe("the same");
  });

  it("is refused where its type is gone, has lost an input, or needs another one", async () => {
    const without = {
      ...known,
      get: (name: string) => (name === "synthesize_speech" ? undefined : known.get(name)),
    };
    expect(await acceptedBy(without, source)).toEqual([
      '/nodes/n/type there is no node type "synthesize_speech"',
    ]);
    const { inputs } = known.get("synthesize_speech")!;
    const renamed = changed("synthesize_speech", () => ({
      inputs: {
        ...Object.fromEntries(Object.entries(inputs).filter(([name]) => name !== "text")),
        words: inputs.text!,
      },
    }));
    expect(await acceptedBy(renamed, source)).toEqual([
      expect.stringMatching(/^.nodes.n.inputs.text "synthesize_speech" has no such input/),
      "/nodes/n/inputs/words is missing",
    ]);
  });
});
