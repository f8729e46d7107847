/** Reads an accepted graph into what is planned. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import { parseExpression, type Expression } from "../graphs/expressions.ts";
import { inOrder } from "../graphs/order.ts";
import { readGroups } from "./plan-groups.ts";
import { readHandled } from "./plan-handled.ts";
import { sourcesOf } from "./plan-sources.ts";
import type { GraphPlan, PlannedNode } from "./planned.ts";

/**
 * Reads an accepted graph.
 * @throws when the graph has a cycle or a dangling edge; accepted graphs have neither.
 */
export function toGraphPlan(graph: Graph, digest: string): GraphPlan {
  const groups = readGroups(graph);
  const unordered = graph.nodes.map((definition): PlannedNode => {
    const group = definition.group === undefined ? undefined : groups.get(definition.group);
    const reached = new Set([definition.id, ...(group ? [group.id] : [])]);
    const node: PlannedNode = {
      id: definition.id,
      definition,
      group,
      inputs: Object.entries(definition.inputs ?? {}).map(([name, value]) => [name, parseExpression(value)]),
      when: definition.when,
      edges: (graph.edges ?? []).filter(({ to }) => reached.has(to)).map(({ from, on }) => ({ from, on })),
      sources: new Set(),
    };
    group?.members.push(node);
    return node;
  });
  for (const node of unordered) node.sources = sourcesOf(node, groups);
  const { order: nodes, rest } = inOrder(
    unordered,
    ({ id }) => id,
    ({ sources }) => sources,
  );
  if (rest.length > 0) throw new Error("the graph has a cycle");
  const output = Object.entries(graph.output).map(([field, value]): [string, Expression] => [
    field,
    parseExpression(value),
  ]);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const plan = { digest, graph, nodes, byId, groups, output };
  return { ...plan, ...readHandled(graph, plan) };
}
