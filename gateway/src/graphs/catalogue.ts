/** The graphs that can be named in a request, and the one place where a graph becomes acceptable. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import { AppError } from "../errors/app-error.ts";
import { checkGraph, type GraphCheckOptions } from "./check-graph.ts";
import { canonicalJson, sha256Hex } from "./digest.ts";
import { readInputSpec, type InputSpec } from "./input-fields.ts";

/** A graph without problems, with what a run keeps of it. */
export interface AcceptedGraph {
  graph: Graph;
  /** RFC 8785; what the digest is made of and what Redis keeps. */
  canonical: string;
  digest: string;
  input: InputSpec;
}

export interface GraphCatalogue {
  has(name: string): boolean;
  /** @throws AppError `graph-not-found`. */
  get(name: string): Promise<AcceptedGraph>;
  list(): Promise<AcceptedGraph[]>;
  /** Accepts a graph that a client sent. @throws AppError `invalid-graph` with pointers below `prefix`. */
  accept(graph: Graph, prefix: string): Promise<AcceptedGraph>;
}

export function createGraphCatalogue(graphs: Iterable<Graph>, options: GraphCheckOptions): GraphCatalogue {
  const named = new Map<string, Graph>();
  for (const graph of graphs) named.set(graph.name, graph);
  const accepted = new Map<string, Promise<AcceptedGraph>>();

  const accept = async (graph: Graph, prefix: string): Promise<AcceptedGraph> => {
    const problems = checkGraph(graph, options);
    if (problems.length > 0) {
      const errors = problems.map(({ pointer, detail }) => ({ pointer: prefix + pointer, detail }));
      throw new AppError(
        "invalid-graph",
        `The graph "${graph.name}" has ${errors.length} problem${errors.length === 1 ? "" : "s"}.`,
        { errors },
      );
    }
    const canonical = canonicalJson(graph);
    return { graph, canonical, digest: await sha256Hex(canonical), input: readInputSpec(graph).spec };
  };

  const get = (name: string): Promise<AcceptedGraph> => {
    const graph = named.get(name);
    if (!graph) {
      throw new AppError(
        "graph-not-found",
        `There is no graph "${name}"; there are ${[...named.keys()].join(", ")}.`,
        { errors: [{ pointer: "/graph", detail: "names no graph" }] },
      );
    }
    const known = accepted.get(name) ?? accept(graph, "");
    accepted.set(name, known);
    return known;
  };

  return {
    has: (name) => named.has(name),
    get: async (name) => get(name),
    list: () => Promise.all([...named.keys()].map(get)),
    accept,
  };
}
