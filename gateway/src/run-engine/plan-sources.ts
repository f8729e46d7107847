/** Which nodes of a graph must come before which. */
import type { Predicate } from "@myspinbot/contracts/types.ts";
import { referencesIn } from "../graphs/expressions.ts";
import { parseFlat, type FlatExpression } from "../graphs/flat-expressions.ts";
import { operandsOf } from "../graphs/predicates.ts";
import { chainOf, type PlannedEdge, type PlannedGroup, type PlannedNode } from "./planned.ts";

type Unordered = Omit<PlannedNode, "sources">;

export function operandsIn(predicate: Predicate | undefined): FlatExpression[] {
  return predicate ? operandsOf(predicate).map(({ value }) => parseFlat(value)) : [];
}

/** What a node looks at itself. */
export function expressionsOf({ inputs, when }: Unordered): FlatExpression[] {
  return [...inputs.map(([, expression]) => expression), ...operandsIn(when)];
}

/** What a group looks at, from outside of it, before its nodes begin. */
export function expressionsBefore({ each, repeat, piece }: PlannedGroup): FlatExpression[] {
  return [
    ...(each ? [each.list] : []),
    ...[...(repeat?.carry.values() ?? [])].map(({ init }) => init),
    ...(piece?.inputs.values() ?? []),
    ...operandsIn(piece?.when),
  ];
}

/** Names of nodes and groups; a group's own fields are named by it, too. */
function namesIn(expressions: Iterable<FlatExpression>): string[] {
  return [...expressions].flatMap((expression) =>
    referencesIn(expression).flatMap((reference) => (reference.kind === "node" ? [reference.node] : [])),
  );
}

/** Names of those that a group waits for, and edges that only its pieces know. */
function before(
  group: PlannedGroup,
  groups: ReadonlyMap<string, PlannedGroup>,
  counts: (expression: FlatExpression) => boolean,
): { names: string[]; edges: PlannedEdge[] } {
  const own = new Set(group.members.map(({ id }) => id));
  const mine = new Set(chainOf(group).map(({ id }) => id));
  // What a loop's condition looks at of its own nodes comes after them.
  const isOwn = (name: string) => own.has(name) || chainOf(groups.get(name)).includes(group);
  const looked = namesIn(operandsIn(group.repeat?.until)).filter((name) => !isOwn(name));
  const names = [...namesIn(expressionsBefore(group).filter(counts)), ...looked].filter(
    (name) => !mine.has(name),
  );
  return { names, edges: group.piece?.edges ?? [] };
}

/**
 * Names of nodes and groups that must come before this node.
 * @param counts which of the expressions before the groups around are looked at
 */
export function namesBefore(
  node: Unordered,
  groups: ReadonlyMap<string, PlannedGroup>,
  counts: (expression: FlatExpression) => boolean = () => true,
): string[] {
  const chain = chainOf(node.group);
  const around = chain.map((group) => before(group, groups, counts));
  const mine = new Set(chain.map(({ id }) => id));
  return [
    ...namesIn(expressionsOf(node)).filter((name) => !mine.has(name)),
    ...around.flatMap((each) => each.names),
    ...[...node.edges, ...around.flatMap(({ edges }) => edges)].map(({ from }) => from),
  ];
}

/** Nodes that must come before this one. */
export function sourcesOf(node: Unordered, groups: ReadonlyMap<string, PlannedGroup>): Set<string> {
  const names = namesBefore(node, groups);
  return new Set(names.flatMap((name) => groups.get(name)?.members.map(({ id }) => id) ?? [name]));
}
