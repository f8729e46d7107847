/** Plays graphs of the node types that there are: every node succeeds, and makes what its type can make, unless a test says more. */
import { GRAPHS } from "@myspinbot/contracts/graphs.ts";
import type { FlatNode, Graph } from "@myspinbot/contracts/types.ts";
import { createNamedGraphs } from "../../src/graphs/named-graphs.ts";
import { isApproval } from "../../src/graphs/node-place.ts";
import { createNodeTypes } from "../../src/graphs/node-types.ts";
import type { Deed } from "./graphs.ts";
import { play, type Played } from "./play.ts";

export const nodeTypes = createNodeTypes();
/** As the gateway makes it of a client's file. */
export const IMAGE = {
  ...{ artifact_id: "file_1", key: "files/file_1", media_type: "image/png", size: 1 },
  ...{ sha256: "a".repeat(64), name: "a.png", meta: {} },
};

/** Every output of the node's type, by a name that says whose it is. */
function madeBy({ id, type }: FlatNode, index: number | undefined): Record<string, unknown> {
  const name = index === undefined ? id : `${id}.${index}`;
  const ports = Object.keys(nodeTypes.get(type)!.outputs);
  return Object.fromEntries(ports.map((port) => [port, `${name}.${port}`]));
}

export const namedGraphs = createNamedGraphs(Object.values(GRAPHS), { nodeTypes, pools: ["default"] });
/** Types that do what the test says. */
const played = ({ nodes, ...graph }: Graph): Graph => ({
  ...graph,
  nodes: nodes.map(({ engine: _, ...node }) =>
    node.type === undefined || isApproval({ type: node.type })
      ? node
      : { ...node, type: `${node.plane}_work` },
  ),
});

function flatNodes(graph: Graph): FlatNode[] {
  const read = namedGraphs.accept(graph);
  if ("problems" in read) throw new Error(JSON.stringify(read.problems));
  return read.inner.graph.nodes;
}

/** @param failing nodes that fail for good; those that only hang are named in `hanging` */
export async function playTyped(
  graph: Graph,
  input: Record<string, unknown>,
  { failing = [], hanging = [] }: { failing?: string[]; hanging?: string[] } = {},
): Promise<Played> {
  const deeds: Record<string, Deed[]> = {};
  for (const node of flatNodes(graph))
    for (const index of [undefined, 0, 1, 2])
      deeds[index === undefined ? node.id : `${node.id}.${index}`] = [
        { makes: [], gives: madeBy(node, index) },
      ];
  for (const id of failing) deeds[id] = [{ fails: "permanent" }];
  for (const id of hanging) deeds[id] = [{ hangs: true }];
  const given = { graph: played(graph), graphs: Object.values(GRAPHS).map(played), input, deeds };
  return play({ ...given, turns: [0.4, 0.8, 0.1] });
}
