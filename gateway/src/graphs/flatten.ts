/** Inlines the graphs that stand in a graph as nodes: what runs keep, and what is decided on. */
import type {
  FlatGraph,
  FlatGroup,
  FlatNode,
  Graph,
  GraphNode,
  Predicate,
} from "@myspinbot/contracts/types.ts";
import { within } from "./flat-expressions.ts";
import { mapOperands } from "./predicates.ts";
import { parseReference } from "./references.ts";

/** A node that is a graph. */
export type GraphAsNode = GraphNode & { graph: string };

export function isGraphAsNode(node: GraphNode): node is GraphAsNode {
  return node.graph !== undefined;
}

/** Filled in when all digests are known. */
const NO_DIGEST = "";

/** The graph with the digests of those that stand in it. */
export function withDigests(graph: FlatGraph, digestOf: ReadonlyMap<string, string>): FlatGraph {
  if (!graph.groups) return graph;
  const groups = mapValues(graph.groups, (group) =>
    group.piece ? { ...group, piece: { ...group.piece, digest: digestOf.get(group.piece.graph)! } } : group,
  );
  return { ...graph, groups };
}

/** Names of the graphs that stand in it, at any depth. */
export function graphsIn(graph: FlatGraph): Set<string> {
  return new Set(Object.values(graph.groups ?? {}).flatMap(({ piece }) => piece?.graph ?? []));
}

function unknown(node: string): never {
  throw new Error(`nobody said what graph ${node} is`);
}

/**
 * @param graph one without problems
 * @param innerOf the graph that a node is, flat itself
 */
export function flatten(graph: Graph, innerOf: (node: string) => FlatGraph = unknown): FlatGraph {
  if (!graph.nodes.some(isGraphAsNode)) return graph as FlatGraph;
  const flat = { ...graph, nodes: [] as FlatNode[], edges: [...(graph.edges ?? [])], groups: {} as Groups };
  for (const [id, group] of Object.entries(graph.groups ?? {})) flat.groups[id] = group;
  for (const node of graph.nodes) {
    if (isGraphAsNode(node)) inline(flat, node, innerOf(node.id));
    else flat.nodes.push(node as FlatNode);
  }
  return flat;
}

type Groups = NonNullable<FlatGraph["groups"]>;

function inline(
  flat: FlatGraph & { edges: unknown[]; groups: Groups },
  node: GraphAsNode,
  inner: FlatGraph,
): void {
  const at = node.id;
  const { inputs = {}, when, group, deadline_s } = node;
  const output = outputWithin(at, inner.output);
  flat.groups[at] = {
    ...(group === undefined ? {} : { group }),
    ...(deadline_s === undefined ? {} : { deadline_s }),
    piece: { graph: inner.name, digest: NO_DIGEST, inputs, ...(when ? { when } : {}), output },
  };
  for (const [id, each] of Object.entries(inner.groups ?? {}))
    flat.groups[`${at}.${id}`] = groupWithin(at, each);
  const share = shareOf(node, inner);
  for (const each of inner.nodes) {
    const { engine: _, ...more } = nodeWithin(at, each);
    const engine = engineWithin(each, inputs);
    const weight = share === undefined ? each.weight : (each.weight ?? 1) * share;
    flat.nodes.push({
      ...more,
      ...(engine === undefined ? {} : { engine }),
      ...(weight === undefined ? {} : { weight }),
    });
  }
  for (const { from, to, on } of inner.edges ?? [])
    flat.edges.push({ from: `${at}.${from}`, to: `${at}.${to}`, on });
}

/** A node's weight is parted by the nodes of its graph, as these weigh. */
function shareOf({ weight }: GraphNode, { nodes }: FlatGraph): number | undefined {
  return weight === undefined ? undefined : weight / nodes.reduce((sum, each) => sum + (each.weight ?? 1), 0);
}

function nodeWithin(at: string, node: FlatNode): FlatNode {
  return {
    ...node,
    id: `${at}.${node.id}`,
    group: node.group === undefined ? at : `${at}.${node.group}`,
    ...(node.inputs ? { inputs: mapValues(node.inputs, (value) => within(at, value)) } : {}),
    ...(node.when ? { when: predicateWithin(at, node.when) } : {}),
  };
}

function groupWithin(at: string, { group, piece, each, repeat, ...more }: FlatGroup): FlatGroup {
  return {
    ...more,
    group: group === undefined ? at : `${at}.${group}`,
    ...(each === undefined ? {} : { each: within(at, each) as string }),
    ...(repeat ? { repeat: loopWithin(at, repeat) } : {}),
    ...(piece ? { piece: pieceWithin(at, piece) } : {}),
  };
}

function pieceWithin(at: string, piece: NonNullable<FlatGroup["piece"]>): NonNullable<FlatGroup["piece"]> {
  return {
    ...piece,
    inputs: mapValues(piece.inputs, (value) => within(at, value)),
    ...(piece.when ? { when: predicateWithin(at, piece.when) } : {}),
    output: outputWithin(at, piece.output),
  };
}

function loopWithin(at: string, loop: NonNullable<FlatGroup["repeat"]>): NonNullable<FlatGroup["repeat"]> {
  const { until, carry } = loop;
  return {
    ...loop,
    until: predicateWithin(at, until),
    ...(carry
      ? {
          carry: mapValues(carry, ({ init, next }) => ({
            init: within(at, init),
            next: within(at, next) as string,
          })),
        }
      : {}),
  };
}

function predicateWithin(at: string, predicate: Predicate): Predicate {
  return mapOperands(predicate, (value) => within(at, value));
}

/** Engines are chosen before a run begins: by the author, or by a field of the run's input. */
function engineWithin({ engine }: FlatNode, inputs: NonNullable<GraphNode["inputs"]>): string | undefined {
  const chosen = parseReference(engine);
  if (chosen.kind !== "input") return engine;
  const given = inputs[chosen.field];
  if (typeof given !== "string") return undefined;
  const source = parseReference(given);
  return source.kind === "input" ? `$input.${source.field}${chosen.optional ? "?" : ""}` : given;
}

type Output = FlatGraph["output"];

function outputWithin(at: string, output: Output): Output {
  return mapValues(output, (value) => within(at, value)) as Output;
}

function mapValues<T, U>(values: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}
