/** Whose failure in a graph is followed by somebody, and so does not end the run. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import { referencesIn, type Expression } from "../graphs/expressions.ts";
import type { GraphPlan, PlannedGroup } from "./planned.ts";
import { expressionsOf } from "./plan-sources.ts";

/** Names of alternatives: `$any` and `$first` go on without them. */
function alternativesOf(expression: Expression): string[] {
  if (!("of" in expression)) return [];
  const own = expression.kind !== "text" ? expression.of.flatMap((each) => referencesIn(each)) : [];
  const names = own.flatMap((reference) => (reference.kind === "node" ? [reference.node] : []));
  return [...names, ...expression.of.flatMap(alternativesOf)];
}

type Handled = Pick<GraphPlan, "handled" | "handledInside" | "handledGroups">;

/** Who follows a failure: an edge, or an alternative; naming a member of a try block follows the whole block. */
export function readHandled(
  graph: Graph,
  plan: Pick<GraphPlan, "nodes" | "byId" | "groups" | "output">,
): Handled {
  const handled = new Set<string>();
  const handledInside = new Set<string>();
  const handledGroups = new Set<string>();
  const follow = (name: string, by: PlannedGroup | undefined): void => {
    const node = plan.byId.get(name);
    const group = node ? node.group : plan.groups.get(name);
    const isInside = group !== undefined && group === by;
    if (!node || (group && !group.each && !isInside)) {
      if (!group) return;
      handledGroups.add(group.id);
      for (const member of group.members) handled.add(member.id);
      return;
    }
    handled.add(node.id);
    if (isInside) handledInside.add(node.id);
  };
  for (const { from, to, on } of graph.edges ?? [])
    if (on !== "success") follow(from, plan.byId.get(to)?.group);
  for (const node of plan.nodes)
    for (const expression of expressionsOf(node))
      for (const name of alternativesOf(expression)) follow(name, node.group);
  for (const [, expression] of plan.output)
    for (const name of alternativesOf(expression)) follow(name, undefined);
  for (const group of plan.groups.values())
    if (group.each?.skips) for (const member of group.members) handled.add(member.id);
  return { handled, handledInside, handledGroups };
}
