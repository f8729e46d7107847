/** Graphs of different shapes whose nodes do nothing; `$<node>.v` is what the played executors answer. */
import type { Graph, GraphNode } from "@myspinbot/contracts/types.ts";
import type { NodeTypeDefinition } from "@myspinbot/contracts/node-types.ts";

const PLANES = ["node", "python"] as const;
type Plane = (typeof PLANES)[number];

/** Node types that accept everything, so that a figure is about the engine alone. */
export const NODE_TYPES = PLANES.map((plane): NodeTypeDefinition => ({
  type: `${plane}_noop`,
  plane,
  description: "Does nothing.",
  timeout_s: 10,
  engines: ["bench"],
  resources: { cpu: 0, gpu: 0, vram_gb: 0 },
  schema_digest: "0".repeat(64),
  inputs: { text: { type: "Text", required: false } },
  outputs: { text: { type: "Text", required: false } },
}));

const accept = (): boolean => true;
export const VALIDATORS = Object.fromEntries(
  NODE_TYPES.map(({ type }) => [type, { params: accept, inputs: accept, outputs: accept }]),
);

function noop(id: string, plane: Plane, sources: readonly string[]): GraphNode {
  const inputs = Object.fromEntries(sources.map((source, i) => [`x${i}`, `$${source}.v`]));
  return { id, type: `${plane}_noop`, plane, inputs };
}

/** Nodes in a line that change planes at each link, so that each is a task of its own. */
export function chain(length: number): Graph {
  const nodes = Array.from({ length }, (_, i) =>
    noop(`n${i}`, PLANES[i % 2] as Plane, i === 0 ? [] : [`n${i - 1}`]),
  );
  return { name: `chain-${length}`, nodes, output: { v: `$n${length - 1}.v` } };
}

/** One node, then `width` beside each other on both planes, then one that needs them all. */
export function diamond(width: number): Graph {
  const middle = Array.from({ length: width }, (_, i) => noop(`m${i}`, PLANES[i % 2] as Plane, ["first"]));
  const last = noop("last", "node", middle.map(({ id }) => id).slice(0, 20));
  return {
    name: `diamond-${width}`,
    nodes: [noop("first", "node", []), ...middle, last],
    output: { v: "$last.v" },
  };
}

/** A line of nodes for each element of a list, of which the input has as many as may be: the nodes are there after the first drive. */
export function listed(length: number, elements: number): { graph: Graph; input: { words: string[] } } {
  const nodes = Array.from({ length }, (_, i): GraphNode => {
    const plane = PLANES[i % 2] as Plane;
    const inputs = { text: i === 0 ? "$word.item" : `$n${i - 1}.v` };
    return { id: `n${i}`, type: `${plane}_noop`, plane, group: "word", inputs };
  });
  return {
    graph: {
      name: `listed-${length}x${elements}`,
      input: { words: "Text[]" },
      groups: { word: { each: "$input.words", max: elements } },
      nodes,
      output: { all: `$n${length - 1}.v` },
    },
    input: { words: Array.from({ length: elements }, (_, i) => `word ${i}`) },
  };
}
