/** Which nodes of a graph run in every run that does not fail before: only those may be judged ahead of their turn. */
import type { NodeTypes } from "../graphs/node-types.ts";
import { surelyHandsOn } from "./approvals.ts";
import type { GraphModel, IncomingEdge } from "./graph-model.ts";

/**
 * A node is sure when nothing can skip it: all before it are sure, the failure of each of them ends the run, what it
 * needs of them is an output that their types always give, nothing has to be true besides, and no race can make it
 * needless.
 */
export function findSureNodes(model: GraphModel, nodeTypes: NodeTypes): ReadonlySet<string> {
  const sure = new Set<string>();
  const always = (edge: IncomingEdge): boolean => {
    if (!sure.has(edge.source) || model.handled.has(edge.source) || edge.on === "failure") return false;
    if (edge.on !== "required") return true;
    const source = model.byId.get(edge.source)!;
    const type = nodeTypes.get(source.definition.type);
    return (type?.outputs[edge.output!]?.required ?? false) || surelyHandsOn(source, edge.output!);
  };
  // In topological order, so what comes before a node is decided before it.
  for (const node of model.nodes)
    if (node.gates.length === 0 && !model.races?.servants.has(node.base) && node.incoming.every(always))
      sure.add(node.id);
  return sure;
}
