/** The graphs that can be named in a request, and the one place where a graph becomes acceptable. */
import type { FlatGraph, FlatNode, Graph } from "@myspinbot/contracts/types.ts";
import { validateGraph } from "@myspinbot/contracts/validators.js";
import { AppError, type FieldError } from "../errors/app-error.ts";
import { fieldErrors } from "../errors/field-errors.ts";
import { RecentMap } from "../recent-map.ts";
import { checkTyped } from "./check-graph.ts";
import { checkNames } from "./check-inputs.ts";
import { canonicalJson, sha256Hex } from "./digest.ts";
import { graphsIn, withDigests } from "./flatten.ts";
import type { GraphCheckOptions } from "./graph-context.ts";
import { readInputSpec, type InputSpec } from "./input-fields.ts";
import { createNamedGraphs } from "./named-graphs.ts";
import type { Soon } from "../soon.ts";

/** A graph that can be run. */
export interface RunnableGraph {
  /** As it is run: graphs in it are inlined. */
  graph: FlatGraph;
  /** RFC 8785; what the digest is made of and what Redis keeps. */
  canonical: string;
  digest: string;
  input: InputSpec;
  /** The inputs of the graphs in it, by the ids that they have there. */
  within: ReadonlyMap<string, InputSpec>;
}

/** A graph without problems, with what a run keeps of it. */
export interface AcceptedGraph extends RunnableGraph {
  /** As it was written. */
  source: Graph;
  /** The same as its one text (RFC 8785). */
  written: string;
}

export interface GraphCatalogue {
  has(name: string): boolean;
  /** @throws AppError `graph-not-found`. */
  get(name: string): Soon<AcceptedGraph>;
  list(): Promise<AcceptedGraph[]>;
  /** Accepts what a client sent as a graph, any JSON. @throws AppError `invalid-graph` with pointers below `prefix`. */
  accept(graph: unknown, prefix: string): Soon<AcceptedGraph>;
  /** Accepts what a run has kept, maybe with other params. @throws AppError `invalid-graph` with pointers into it. */
  acceptKept(graph: FlatGraph): Promise<RunnableGraph>;
}

/** Clients send a graph again and again, each time with another input: so many are known by their text, which is no longer. */
const RECENT = { graphs: 64, characters: 16_384 };

export function createGraphCatalogue(
  graphs: Iterable<Graph>,
  options: Omit<GraphCheckOptions, "graphs">,
): GraphCatalogue {
  const named = createNamedGraphs(graphs, options);
  const accepted = new Map<string, Soon<AcceptedGraph>>();

  const accept = async (source: Graph, prefix: string): Promise<AcceptedGraph> => {
    const read = named.accept(source);
    if ("problems" in read) throw invalid(source, read.problems, prefix);
    const { graph: flat, input, within } = read.inner;
    // None of them contains itself, or this one: a client's graph has no name here.
    const digests = await Promise.all(
      [...graphsIn(flat)].map(async (name) => [name, (await get(name)).digest] as const),
    );
    const graph = withDigests(flat, new Map(digests));
    const canonical = canonicalJson(graph);
    const written = canonicalJson(source);
    return { source, written, graph, canonical, digest: await sha256Hex(canonical), input, within };
  };

  const recent = new RecentMap<string, AcceptedGraph>(RECENT.graphs);
  const acceptSent = (graph: unknown, prefix: string): Soon<AcceptedGraph> => {
    const text = JSON.stringify(graph);
    return recent.get(text) ?? acceptNew(graph, prefix, text);
  };
  const acceptNew = async (graph: unknown, prefix: string, text: string): Promise<AcceptedGraph> => {
    assertGraph(graph, prefix);
    const found = await accept(graph, prefix);
    if (text.length <= RECENT.characters) recent.set(text, found);
    return found;
  };

  /** Inputs of the graphs in it, as far as these are still known as they were. */
  const withinKept = async ({ groups = {} }: FlatGraph): Promise<Map<string, InputSpec>> => {
    const specs = new Map<string, InputSpec>();
    for (const [id, { piece }] of Object.entries(groups)) {
      if (!piece || !named.source(piece.graph)) continue;
      const { digest, input } = await get(piece.graph);
      if (digest === piece.digest) specs.set(id, input);
    }
    return specs;
  };

  const acceptKept = async (graph: FlatGraph): Promise<RunnableGraph> => {
    const hasPieces = graphsIn(graph).size > 0;
    if (!hasPieces) return accept(graph, "");
    const problems = graph.nodes.flatMap((node, index) => checkKept(node, `/nodes/${index}`, options));
    if (problems.length > 0) throw invalid(graph, problems, "");
    const canonical = canonicalJson(graph);
    const { spec: input } = readInputSpec(graph);
    return { graph, canonical, digest: await sha256Hex(canonical), input, within: await withinKept(graph) };
  };

  const get = (name: string): Soon<AcceptedGraph> => {
    const before = accepted.get(name);
    if (before) return before;
    const graph = named.source(name);
    if (!graph) {
      throw new AppError(
        "graph-not-found",
        `There is no graph "${name}"; there are ${named.names().join(", ")}.`,
        { errors: [{ pointer: "/graph", detail: "names no graph" }] },
      );
    }
    const mine = accept(graph, "");
    accepted.set(name, mine);
    mine.then((found) => accepted.set(name, found)).catch(() => {});
    return mine;
  };

  return {
    has: (name) => named.source(name) !== undefined,
    get,
    list: () => Promise.all(named.names().map(async (name) => get(name))),
    accept: acceptSent,
    acceptKept,
  };
}

/** Node types may have changed since it was accepted; what its values are was looked at then. */
function checkKept(node: FlatNode, at: string, options: Omit<GraphCheckOptions, "graphs">): FieldError[] {
  const type = options.nodeTypes.get(node.type);
  const names = type ? checkNames(node.inputs, type, `${at}/inputs`) : [];
  return [...checkTyped(node, at, options), ...names];
}

function assertGraph(graph: unknown, prefix: string): asserts graph is Graph {
  const errors = fieldErrors(validateGraph, graph, prefix);
  if (errors.length > 0)
    throw new AppError(
      "invalid-graph",
      `The graph does not fit its schema: ${errors[0]?.pointer} ${errors[0]?.detail}.`,
      { errors },
    );
}

function invalid({ name }: { name: string }, problems: FieldError[], prefix: string): AppError {
  const errors = problems.map(({ pointer, detail }) => ({ pointer: prefix + pointer, detail }));
  const count = `${errors.length} problem${errors.length === 1 ? "" : "s"}`;
  return new AppError("invalid-graph", `The graph "${name}" has ${count}.`, { errors });
}
