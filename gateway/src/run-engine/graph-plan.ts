/** An accepted graph, read once: its nodes in topological order, with their groups, expressions and edges. */
import type { Graph, GraphEdge, GraphGroup, GraphNode, Predicate } from "@myspinbot/contracts/types.ts";
import { parseExpression, referencesIn, type Expression } from "../graphs/expressions.ts";
import { inOrder } from "../graphs/order.ts";
import { operandsOf } from "../graphs/predicates.ts";

type GraphLoop = NonNullable<GraphGroup["repeat"]>;

export interface PlannedNode {
  id: string;
  definition: GraphNode;
  group: PlannedGroup | undefined;
  inputs: [name: string, expression: Expression][];
  when: Predicate | undefined;
  edges: { from: string; on: GraphEdge["on"] }[];
  /** Nodes that must come before it. */
  sources: ReadonlySet<string>;
}

export interface PlannedGroup {
  id: string;
  members: PlannedNode[];
  each?: {
    list: Expression;
    max: number;
    item: ReadonlyMap<string, { type: string; required: boolean }>;
    atOnce: number;
    skips: boolean;
  };
  repeat?: {
    max: number;
    until: Predicate;
    fails: boolean;
    carry: ReadonlyMap<string, { init: Expression; next: Expression }>;
  };
}

/** Whether its members exist several times. */
export function hasInstances(group: PlannedGroup | undefined): group is PlannedGroup {
  return group?.each !== undefined || group?.repeat !== undefined;
}

export interface GraphPlan {
  digest: string;
  graph: Graph;
  /** Topological order. */
  nodes: PlannedNode[];
  byId: ReadonlyMap<string, PlannedNode>;
  groups: ReadonlyMap<string, PlannedGroup>;
  output: [field: string, expression: Expression][];
  /** Nodes whose failure is followed by somebody. */
  handled: ReadonlySet<string>;
  /** Of them those whose failure is followed within their group. */
  handledInside: ReadonlySet<string>;
  /** Groups whose failure is followed by somebody. */
  handledGroups: ReadonlySet<string>;
}

/** `Text?` as type and whether it must be there. */
function readField(text: string): { type: string; required: boolean } {
  return text.endsWith("?") ? { type: text.slice(0, -1), required: false } : { type: text, required: true };
}

function readLoop(loop: GraphLoop): NonNullable<PlannedGroup["repeat"]> {
  const carry = Object.entries(loop.carry ?? {}).map(
    ([name, { init, next }]) => [name, { init: parseExpression(init), next: parseExpression(next) }] as const,
  );
  return { max: loop.max, until: loop.until, fails: loop.else !== "last", carry: new Map(carry) };
}

function readGroups(graph: Graph): Map<string, PlannedGroup> {
  return new Map(
    Object.entries(graph.groups ?? {}).map(([id, group]) => {
      if (group.repeat) return [id, { id, members: [], repeat: readLoop(group.repeat) }];
      if (group.each === undefined) return [id, { id, members: [] }];
      const each = {
        list: parseExpression(group.each),
        max: group.max!,
        item: new Map(Object.entries(group.item ?? {}).map(([name, text]) => [name, readField(text)])),
        atOnce: group.at_once ?? Number.POSITIVE_INFINITY,
        skips: group.on_failure === "skip",
      };
      return [id, { id, members: [], each }];
    }),
  );
}

function operandsIn(predicate: Predicate): Expression[] {
  return operandsOf(predicate).map(({ value }) => parseExpression(value));
}

/** All references of a node, those of its group included. */
function expressionsOf(node: Omit<PlannedNode, "sources">): Expression[] {
  return [
    ...node.inputs.map(([, expression]) => expression),
    ...(node.when ? operandsIn(node.when) : []),
    ...(node.group?.each ? [node.group.each.list] : []),
    ...[...(node.group?.repeat?.carry.values() ?? [])].map(({ init }) => init),
  ];
}

function sourcesOf(
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

/** Names of alternatives: `$any` goes on without them. */
function alternativesOf(expression: Expression): string[] {
  if (!("of" in expression)) return [];
  const own = expression.kind === "any" ? expression.of.flatMap((each) => referencesIn(each)) : [];
  const names = own.flatMap((reference) => (reference.kind === "node" ? [reference.node] : []));
  return [...names, ...expression.of.flatMap(alternativesOf)];
}

type Handled = Pick<GraphPlan, "handled" | "handledInside" | "handledGroups">;

/** Who follows a failure: an edge, or an alternative; naming a member of a try block follows the whole block. */
function readHandled(graph: Graph, plan: Pick<GraphPlan, "nodes" | "byId" | "groups" | "output">): Handled {
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
