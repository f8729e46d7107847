/** Which nodes of a graph must come before which. */
import type { Predicate } from "@myspinbot/contracts/types.ts";
import { parseExpression, referencesIn, type Expression } from "../graphs/expressions.ts";
import { operandsOf } from "../graphs/predicates.ts";
import type { PlannedGroup, PlannedNode } from "./planned.ts";

function operandsIn(predicate: Predicate): Expression[] {
  return operandsOf(predicate).map(({ value }) => parseExpression(value));
}

/** All references of a node, those of its group included. */
export function expressionsOf(node: Omit<PlannedNode, "sources">): Expression[] {
  return [
    ...node.inputs.map(([, expression]) => expression),
    ...(node.when ? operandsIn(node.when) : []),
    ...(node.group?.each ? [node.group.each.list] : []),
    ...[...(node.group?.repeat?.carry.values() ?? [])].map(({ init }) => init),
  ];
}

/** Nodes that must come before this one. */
export function sourcesOf(
  node: Omit<PlannedNode, "sources">,
  groups: ReadonlyMap<string, PlannedGroup>,
): Set<string> {
  const named = expressionsOf(node).flatMap((expression) =>
    referencesIn(expression).flatMap((reference) => (reference.kind === "node" ? [reference.node] : [])),
  );
  // What the loop's condition looks at of its own members comes after them.
  const own = new Set(node.group?.members.map(({ id }) => id));
  for (const expression of node.group?.repeat ? operandsIn(node.group.repeat.until) : [])
    for (const reference of referencesIn(expression))
      if (reference.kind === "node" && !own.has(reference.node)) named.push(reference.node);
  const sources = new Set<string>();
  for (const name of [...named.filter((name) => !groups.has(name)), ...node.edges.map(({ from }) => from)]) {
    const group = groups.get(name);
    if (group) for (const member of group.members) sources.add(member.id);
    else sources.add(name);
  }
  return sources;
}
