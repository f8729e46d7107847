/** What a fork changes of a run's graph and input, and where in the request something of it is wrong. */
import type { FlatGraph, RunPatch } from "@myspinbot/contracts/types.ts";
import { AppError, type FieldError } from "../errors/app-error.ts";
import { escapePointer } from "../errors/field-errors.ts";

type Fields = Record<string, unknown>;

/** Fields in place of others; null takes one away. */
function merged(before: Fields, patch: Fields): Fields {
  const all = Object.entries({ ...before, ...patch });
  return Object.fromEntries(all.filter(([name, value]) => !(value === null && Object.hasOwn(patch, name))));
}

export function patchedInput(input: Fields, patch: Fields): Fields {
  return merged(input, patch);
}

/** @throws AppError `invalid-patch` for nodes that the graph does not have */
export function patchedGraph(graph: FlatGraph, params: NonNullable<RunPatch["params"]>): FlatGraph {
  const there = new Set(graph.nodes.map(({ id }) => id));
  const errors = Object.keys(params)
    .filter((id) => !there.has(id))
    .map((id) => ({ pointer: `/patch/params/${escapePointer(id)}`, detail: "names no node of the graph" }));
  if (errors.length > 0)
    throw new AppError("invalid-patch", `The graph "${graph.name}" has no such node.`, { errors });
  if (Object.keys(params).length === 0) return graph;
  const nodes = graph.nodes.map((node) => {
    const patch = Object.hasOwn(params, node.id) ? params[node.id] : undefined;
    if (!patch) return node;
    const { params: before = {}, ...others } = node;
    const after = merged(before, patch);
    return Object.keys(after).length > 0 ? { ...others, params: after } : others;
  });
  return { ...graph, nodes };
}

/** Runs what points into a graph or an input, and points into the patch instead. */
export async function pointedAtPatch<T>(graph: FlatGraph, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError) || !error.extensions.errors) throw error;
    const errors = error.extensions.errors.map((each) => intoPatch(graph, each));
    throw new AppError(error.code, error.detail, { ...error.extensions, errors }, error);
  }
}

function intoPatch({ nodes }: FlatGraph, { pointer, detail }: FieldError): FieldError {
  if (pointer.startsWith("/input")) return { pointer: `/patch${pointer}`, detail };
  const [place = "", index, isParams] = /^\/nodes\/(\d+)(\/params)?/.exec(pointer) ?? [];
  const node = index === undefined ? undefined : nodes[Number(index)];
  if (!node) return { pointer, detail };
  const rest = pointer.slice(place.length);
  if (isParams) return { pointer: `/patch/params/${node.id}${rest}`, detail };
  // No patch mends it: what this gateway runs is not what it was.
  return { pointer: "/from_node", detail: `cannot be done again: of "${node.id}" ${rest} ${detail}` };
}
