/** The graphs that can be named in a request, and the one place where a graph becomes acceptable. */
import type { FlatGraph, Graph } from "@myspinbot/contracts/types.ts";
import { AppError } from "../errors/app-error.ts";
import { canonicalJson, sha256Hex } from "./digest.ts";
import { graphsIn, withDigests } from "./flatten.ts";
import type { GraphCheckOptions } from "./graph-context.ts";
import type { InputSpec } from "./input-fields.ts";
import { createNamedGraphs } from "./named-graphs.ts";

/** A graph without problems, with what a run keeps of it. */
export interface AcceptedGraph {
  /** As it was written. */
  source: Graph;
  /** As it is run: graphs in it are inlined. */
  graph: FlatGraph;
  /** RFC 8785; what the digest is made of and what Redis keeps. */
  canonical: string;
  digest: string;
  input: InputSpec;
  /** The inputs of the graphs in it, by the ids that they have there. */
  within: ReadonlyMap<string, InputSpec>;
}

export interface GraphCatalogue {
  has(name: string): boolean;
  /** @throws AppError `graph-not-found`. */
  get(name: string): Promise<AcceptedGraph>;
  list(): Promise<AcceptedGraph[]>;
  /** Accepts a graph that a client sent. @throws AppError `invalid-graph` with pointers below `prefix`. */
  accept(graph: Graph, prefix: string): Promise<AcceptedGraph>;
}

export function createGraphCatalogue(
  graphs: Iterable<Graph>,
  options: Omit<GraphCheckOptions, "graphs">,
): GraphCatalogue {
  const named = createNamedGraphs(graphs, options);
  const accepted = new Map<string, Promise<AcceptedGraph>>();

  const accept = async (source: Graph, prefix: string): Promise<AcceptedGraph> => {
    const read = named.accept(source);
    if ("problems" in read) {
      const errors = read.problems.map(({ pointer, detail }) => ({ pointer: prefix + pointer, detail }));
      throw new AppError(
        "invalid-graph",
        `The graph "${source.name}" has ${errors.length} problem${errors.length === 1 ? "" : "s"}.`,
        { errors },
      );
    }
    const { graph: flat, input, within } = read.inner;
    // None of them contains itself, or this one: a client's graph has no name here.
    const digests = await Promise.all(
      [...graphsIn(flat)].map(async (name) => [name, (await get(name)).digest] as const),
    );
    const graph = withDigests(flat, new Map(digests));
    const canonical = canonicalJson(graph);
    return { source, graph, canonical, digest: await sha256Hex(canonical), input, within };
  };

  const get = (name: string): Promise<AcceptedGraph> => {
    const graph = named.source(name);
    if (!graph) {
      throw new AppError(
        "graph-not-found",
        `There is no graph "${name}"; there are ${named.names().join(", ")}.`,
        { errors: [{ pointer: "/graph", detail: "names no graph" }] },
      );
    }
    const known = accepted.get(name) ?? accept(graph, "");
    accepted.set(name, known);
    return known;
  };

  return {
    has: (name) => named.source(name) !== undefined,
    get: async (name) => get(name),
    list: () => Promise.all(named.names().map(get)),
    accept,
  };
}
