/** Whose failure in a graph is followed by somebody, and so does not end the run. */
import type { FlatGraph } from "@myspinbot/contracts/types.ts";
import { isForm, referencesIn } from "../graphs/expressions.ts";
import type { FlatExpression } from "../graphs/flat-expressions.ts";
import { expressionsBefore, expressionsOf } from "./plan-sources.ts";
import { chainOf, type GraphPlan, type PlannedGroup } from "./planned.ts";

/** Names of alternatives: `$any` and `$first` go on without them. */
function alternativesOf(expression: FlatExpression): string[] {
  if (!isForm(expression)) return [];
  const own = expression.kind !== "text" ? expression.of.flatMap((each) => referencesIn(each)) : [];
  const names = own.flatMap((reference) => (reference.kind === "node" ? [reference.node] : []));
  return [...names, ...expression.of.flatMap(alternativesOf)];
}

type Plan = Pick<GraphPlan, "nodes" | "byId" | "groups" | "output">;

/** Every name whose failure somebody follows, with the group in which that one stands. */
function* followed(graph: FlatGraph, plan: Plan): Generator<[name: string, by: PlannedGroup | undefined]> {
  for (const { from, to, on } of graph.edges ?? [])
    if (on !== "success") yield [from, plan.byId.get(to)?.group ?? plan.groups.get(to)?.parent];
  const named = function* (
    expressions: Iterable<FlatExpression>,
    by: PlannedGroup | undefined,
  ): Generator<[string, PlannedGroup | undefined]> {
    for (const expression of expressions) for (const name of alternativesOf(expression)) yield [name, by];
  };
  for (const node of plan.nodes) yield* named(expressionsOf(node), node.group);
  for (const group of plan.groups.values()) {
    yield* named(expressionsBefore(group), group.parent);
    yield* named(group.piece?.output.values() ?? [], group);
  }
  yield* named(
    plan.output.map(([, expression]) => expression),
    undefined,
  );
}

/** Who follows a failure: an edge, or an alternative; naming a member of a try block follows the whole block. */
export function readHandled(graph: FlatGraph, plan: Plan): Pick<GraphPlan, "handled" | "handledInside"> {
  const handledInside = new Map<string, Set<string>>();
  /** @param at the group in which the failure is followed */
  const mark = (name: string, at: PlannedGroup | undefined): void => {
    const inside = handledInside.get(name) ?? new Set();
    for (const { id } of chainOf(at)) inside.add(id);
    handledInside.set(name, inside);
  };
  const within = (group: PlannedGroup): PlannedGroup[] =>
    [...plan.groups.values()].filter((each) => chainOf(each).includes(group));
  const markAll = (group: PlannedGroup, at: PlannedGroup | undefined): void => {
    for (const { id } of [...group.members, ...within(group)]) mark(id, at);
  };
  for (const [name, by] of followed(graph, plan)) {
    const node = plan.byId.get(name);
    const group = plan.groups.get(name);
    const around = node ? node.group : group?.parent;
    const isSeen = !around || chainOf(by).includes(around);
    if (!isSeen && !around.each) markAll(around, around.parent);
    else if (node) mark(name, isSeen ? around : around.parent);
    else if (group) markAll(group, isSeen ? around : around.parent);
  }
  for (const group of plan.groups.values())
    if (group.each?.skips)
      for (const { id } of [...group.members, ...within(group)]) if (id !== group.id) mark(id, group.parent);
  return { handled: new Set(handledInside.keys()), handledInside };
}
