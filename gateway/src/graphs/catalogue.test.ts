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

describe("a graph that is sent again", () => {
  const graphs = catalogue(known);
  const copy = (source: Graph): Graph => JSON.parse(JSON.stringify(source)) as Graph;

  it("is known by its text, and another one is another", async () => {
    const first = await graphs.accept(PLAIN, "");
    expect(await graphs.accept(copy(PLAIN), "")).toBe(first);
    const other = await graphs.accept({ ...copy(PLAIN), name: "other" }, "");
    expect(other.graph.name).toBe("other");
    expect(other.digest).not.toBe(first.digest);
  });

  it("is refused again, where it was", async () => {
    const wrong = { ...copy(PLAIN), output: { audio: "$nobody.audio" } };
    for (const prefix of ["", "/graph"])
      await expect(graphs.accept(wrong, prefix)).rejects.toMatchObject({
        extensions: { errors: [{ pointer: `${prefix}/output/audio` }] },
      });
  });

  it("is judged anew where many have come since, or its text is long", async () => {
    const first = await graphs.accept(PLAIN, "");
    for (let i = 0; i < 64; i += 1) await graphs.accept({ ...copy(PLAIN), name: `other-${i}` }, "");
    const again = await graphs.accept(PLAIN, "");
    expect(again).not.toBe(first);
    expect(again.digest).toBe(first.digest);
    const inputs = { text: "x".repeat(2000) };
    const more = Array.from({ length: 9 }, (_, i) => ({ ...PLAIN.nodes[0]!, id: `more${i}`, inputs }));
    const long = { ...copy(PLAIN), nodes: [...PLAIN.nodes, ...more] };
    expect(await graphs.accept(long, "")).not.toBe(await graphs.accept(long, ""));
  });
});
