/** Checks the edges of a graph: that they lead somewhere, that there is no cycle, and that every node can run. */
import type { Graph, GraphNode } from "@myspinbot/contracts/types.ts";
import type { FieldError } from "../errors/app-error.ts";
import { escapePointer } from "../errors/field-errors.ts";
import { isForm, isOptional, parseExpression, readableReferences } from "./expressions.ts";
import { inOrder } from "./order.ts";
import { operandsOf } from "./predicates.ts";
import { InvalidReference } from "./references.ts";

interface Incoming {
  from: string;
  /** What must be true of `from`; null when it only has to end. */
  needs: "success" | "failure" | null;
}

export function checkOrder(graph: Graph): FieldError[] {
  const ids = new Set(graph.nodes.map((node) => node.id));
  const dangling = danglingEdges(graph, new Set([...ids, ...Object.keys(graph.groups ?? {})]));
  const incoming = new Map(graph.nodes.map((node) => [node.id, incomingOf(graph, node, ids)]));
  const { order, cyclic } = sort(graph, incoming);
  const cycles = cyclic.map((id) => ({
    pointer: `/nodes/${graph.nodes.findIndex((node) => node.id === id)}`,
    detail: `"${id}" can never start, because it waits for itself in a cycle of ${cyclic.map((other) => `"${other}"`).join(", ")}`,
  }));
  if (cycles.length > 0) return [...dangling, ...cycles];
  return [...dangling, ...waitingForOwn(graph, incoming), ...unreachable(graph, order, incoming)];
}

function danglingEdges(graph: Graph, ids: Set<string>): FieldError[] {
  return (graph.edges ?? []).flatMap((edge, index) =>
    (["from", "to"] as const)
      .filter((end) => !ids.has(edge[end]))
      .map((end) => ({
        pointer: `/edges/${index}/${end}`,
        detail: `there is no node "${edge[end]}" and no group`,
      })),
  );
}

/** References that cannot be read are told by the check of inputs. */
function incomingOf(graph: Graph, node: GraphNode, ids: Set<string>): Incoming[] {
  const groups = graph.groups ?? {};
  const edges: Incoming[] = Object.values(node.inputs ?? {}).flatMap((value) =>
    dataEdges(graph, node, value),
  );
  const others = [
    ...(node.when ? operandsOf(node.when).map(({ value }) => value) : []),
    ...(node.group !== undefined && Object.hasOwn(groups, node.group) ? [groups[node.group]!.each] : []),
    ...beforeLoop(graph, node),
  ];
  for (const reference of readableReferences(others))
    if (reference.kind === "node") edges.push({ from: reference.node, needs: null });
  for (const { from, to, on } of graph.edges ?? []) {
    if (to !== node.id && to !== node.group) continue;
    if (ids.has(from)) edges.push({ from, needs: on === "always" || !isOne(graph, from, node) ? null : on });
    else edges.push(...membersOf(graph, from).map((member) => ({ from: member, needs: null })));
  }
  return edges.filter(({ from }) => ids.has(from));
}

/** What a loop waits for: what it begins with, and what its condition looks at besides its own nodes. */
function beforeLoop(graph: Graph, { group }: GraphNode): unknown[] {
  const loop =
    group !== undefined && Object.hasOwn(graph.groups ?? {}, group) && graph.groups![group]!.repeat;
  if (!loop) return [];
  const own = new Set(membersOf(graph, group));
  const looked = operandsOf(loop.until).map(({ value }) => value);
  const begun = Object.values(loop.carry ?? {}).map(({ init }) => init);
  return [...looked, ...begun].filter((value) =>
    readableReferences([value]).every((reference) => reference.kind !== "node" || !own.has(reference.node)),
  );
}

function membersOf(graph: Graph, group: string): string[] {
  return graph.nodes.filter((node) => node.group === group).map(({ id }) => id);
}

/** Whether `from` is one node for this one, and not a list of them. */
function isOne(graph: Graph, from: string, node: GraphNode): boolean {
  const group = graph.nodes.find(({ id }) => id === from)?.group;
  return group === undefined || group === node.group || graph.groups?.[group]?.each === undefined;
}

/** Only a plain reference needs its source; a form may do without. */
function dataEdges(graph: Graph, node: GraphNode, value: unknown): Incoming[] {
  const needs = (source: string) => (isRequired(value) && isOne(graph, source, node) ? "success" : null);
  return readableReferences([value]).flatMap((reference) =>
    reference.kind === "node" ? [{ from: reference.node, needs: needs(reference.node) }] : [],
  );
}

function isRequired(value: unknown): boolean {
  try {
    const expression = parseExpression(value);
    return !isForm(expression) && !isOptional(expression);
  } catch (error) {
    if (error instanceof InvalidReference) return false;
    throw error;
  }
}

/** With `at_once` or `repeat` an index waits for those before it: none of them may wait for somebody who waits for all. */
function waitingForOwn(graph: Graph, incoming: Map<string, Incoming[]>): FieldError[] {
  return Object.entries(graph.groups ?? {}).flatMap(([id, { at_once, repeat }]) => {
    if (at_once === undefined && !repeat) return [];
    const members = new Set(membersOf(graph, id));
    const behind = new Set<string>();
    const isBehind = (node: string, seen: Set<string>): boolean => {
      if (behind.has(node)) return true;
      if (seen.has(node)) return false;
      seen.add(node);
      if (!incoming.get(node)!.some(({ from }) => members.has(from) || isBehind(from, seen))) return false;
      behind.add(node);
      return true;
    };
    const waits = [...members].find((member) =>
      incoming.get(member)!.some(({ from }) => !members.has(from) && isBehind(from, new Set())),
    );
    return waits === undefined
      ? []
      : [
          {
            pointer: `/groups/${escapePointer(id)}/${repeat ? "repeat" : "at_once"}`,
            detail: `"${waits}" waits for a node that waits for the whole group, so not all indices can end`,
          },
        ];
  });
}

/** Topological order, and the ids that are left because they are on a cycle (not those that only hang behind one). */
function sort(graph: Graph, incoming: Map<string, Incoming[]>): { order: string[]; cyclic: string[] } {
  const { order, rest: left } = inOrder(
    new Set(graph.nodes.map((node) => node.id)),
    (id) => id,
    (id) => incoming.get(id)!.map((edge) => edge.from),
  );
  const rest = new Set(left);
  const needed = (id: string) =>
    [...rest].some((other) => incoming.get(other)!.some((edge) => edge.from === id));
  for (
    let last = [...rest].filter((id) => !needed(id));
    last.length > 0;
    last = [...rest].filter((id) => !needed(id))
  ) {
    for (const id of last) rest.delete(id);
  }
  return { order, cyclic: [...rest] };
}

/** Nodes that need another node both to succeed and to fail can never run; all incoming edges of a node must hold. */
function unreachable(graph: Graph, order: string[], incoming: Map<string, Incoming[]>): FieldError[] {
  const needs = new Map<string, { success: Set<string>; failure: Set<string> }>();
  const problems: FieldError[] = [];
  for (const id of order) {
    const own = { success: new Set<string>(), failure: new Set<string>() };
    for (const edge of incoming.get(id)!) {
      if (edge.needs === null) continue;
      own[edge.needs].add(edge.from);
      const before = needs.get(edge.from);
      before?.success.forEach((other) => own.success.add(other));
      before?.failure.forEach((other) => own.failure.add(other));
    }
    const both = [...own.success].find((other) => own.failure.has(other));
    if (both !== undefined) {
      problems.push({
        pointer: `/nodes/${graph.nodes.findIndex((node) => node.id === id)}`,
        detail: `"${id}" can never run: it needs "${both}" to succeed and to fail`,
      });
    }
    // A node behind one that can never run is told once, at the first of them.
    needs.set(id, both === undefined ? own : { success: new Set(), failure: new Set() });
  }
  return problems;
}
