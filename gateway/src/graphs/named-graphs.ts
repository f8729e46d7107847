/** Graphs by their names: each is checked and flattened once, when somebody asks for it or has it as a node. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import type { FieldError } from "../errors/app-error.ts";
import { contextOf, type GraphCheckOptions } from "./graph-context.ts";
import { checkGraph } from "./check-graph.ts";
import { flatten, isGraphAsNode } from "./flatten.ts";
import type { InnerGraph, InnerGraphs } from "./inner-graphs.ts";
import { readInputSpec } from "./input-fields.ts";
import { outputPorts } from "./output-ports.ts";

export type ReadGraph = { inner: InnerGraph } | { problems: FieldError[] };

export interface NamedGraphs extends InnerGraphs {
  names(): string[];
  source(name: string): Graph | undefined;
  /** Any graph, with those of these names in it. */
  accept(graph: Graph): ReadGraph;
}

export function createNamedGraphs(
  graphs: Iterable<Graph>,
  options: Omit<GraphCheckOptions, "graphs">,
): NamedGraphs {
  const named = new Map<string, Graph>();
  for (const graph of graphs) named.set(graph.name, graph);
  const known = new Map<string, ReadGraph>();

  const innerNames = (name: string): string[] =>
    named
      .get(name)
      ?.nodes.filter(isGraphAsNode)
      .map(({ graph }) => graph) ?? [];
  /** The way from this graph to itself. */
  const loopOf = (name: string): string[] | undefined => {
    const find = (path: string[], seen: Set<string>): string[] | undefined => {
      for (const next of innerNames(path.at(-1)!)) {
        if (path.includes(next)) return [...path.slice(path.indexOf(next)), next];
        if (seen.has(next)) continue;
        seen.add(next);
        const found = find([...path, next], seen);
        if (found) return found;
      }
      return undefined;
    };
    return find([name], new Set());
  };

  const read: InnerGraphs["read"] = (name) => {
    const graph = named.get(name);
    if (!graph) return { problem: `there is no graph "${name}"; there are ${[...named.keys()].join(", ")}` };
    const loop = loopOf(name);
    if (loop) return { problem: `contains itself: ${loop.map((each) => `"${each}"`).join(", ")}` };
    const result = known.get(name) ?? accept(graph);
    known.set(name, result);
    if ("inner" in result) return result.inner;
    const [first] = result.problems;
    return { problem: `is no graph that can be run: ${first!.pointer} ${first!.detail}` };
  };

  const accept = (graph: Graph): ReadGraph => {
    const all = { ...options, graphs: { read } };
    const problems = checkGraph(graph, all);
    if (problems.length > 0) return { problems };
    const { context } = contextOf(graph, all);
    const { spec } = readInputSpec(graph);
    const ports = {
      type: graph.name,
      inputs: Object.fromEntries(spec.fields),
      outputs: outputPorts(context),
    };
    const within = new Map(
      [...context.inner].flatMap(([id, inner]) => [
        [id, inner.input] as const,
        ...[...inner.within].map(([name, each]) => [`${id}.${name}`, each] as const),
      ]),
    );
    const flat = flatten(graph, (id) => context.inner.get(id)!.graph);
    return { inner: { graph: flat, input: spec, ports, within } };
  };

  return { names: () => [...named.keys()], source: (name) => named.get(name), read, accept };
}
