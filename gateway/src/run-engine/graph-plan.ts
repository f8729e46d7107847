/** Reads an accepted graph into what is planned. */
import type { FlatGraph } from "@myspinbot/contracts/types.ts";
import { parseFlat, type FlatExpression } from "../graphs/flat-expressions.ts";
import { inOrder } from "../graphs/order.ts";
import { edgesTo, readGroups } from "./plan-groups.ts";
import { readHandled } from "./plan-handled.ts";
import { sourcesOf } from "./plan-sources.ts";
import { chainOf, manyOf, type GraphPlan, type PlannedNode } from "./planned.ts";

/**
 * Reads an accepted graph.
 * @throws when the graph has a cycle or a dangling edge; accepted graphs have neither.
 */
export function toGraphPlan(graph: FlatGraph, digest: string): GraphPlan {
  const groups = readGroups(graph);
  const unordered = graph.nodes.map((definition): PlannedNode => {
    const group = definition.group === undefined ? undefined : groups.get(definition.group);
    const node: PlannedNode = {
      id: definition.id,
      definition,
      group,
      many: manyOf(group),
      inputs: Object.entries(definition.inputs ?? {}).map(([name, value]) => [name, parseFlat(value)]),
      when: definition.when,
      edges: edgesTo(graph, definition.id, group),
      sources: new Set(),
    };
    for (const each of chainOf(group)) each.members.push(node);
    return node;
  });
  for (const node of unordered) node.sources = sourcesOf(node, groups);
  const { order: nodes, rest } = inOrder(
    unordered,
    ({ id }) => id,
    ({ sources }) => sources,
  );
  if (rest.length > 0) throw new Error("the graph has a cycle");
  const output = Object.entries(graph.output).map(([field, value]): [string, FlatExpression] => [
    field,
    parseFlat(value),
  ]);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const plan = { digest, graph, nodes, byId, groups, output };
  return { ...plan, ...readHandled(graph, plan) };
}
