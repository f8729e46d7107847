/** What every run of a graph needs of it again, worked out for the first of them. */
import type { Executor } from "@myspinbot/contracts/types.ts";
import { neededFields } from "../graphs/bound.ts";
import type { RunnableGraph } from "../graphs/catalogue.ts";
import { hasChoices } from "../graphs/chosen-engine.ts";
import { firstRow } from "../graphs/node-place.ts";
import type { RunText } from "./run-text.ts";

export interface KnownGraph {
  /** Rows of the nodes before anything has happened, as Redis keeps them. */
  rows: Readonly<Record<string, string>>;
  /** JSON: what each node counts in the progress of a run. */
  weights: string;
  /** Fields of the input that its schema leaves open, and who needs them. */
  needed: ReadonlyMap<string, string>;
  /** Whether callers choose engines: then their input decides who can run it. */
  hasChoices: boolean;
  /** How many of these executors can run it now. They are known by the list, which is another one when it is read again. */
  matching: WeakMap<readonly Executor[], number>;
  /** How new runs of it show themselves, by what else they say; false where each has to be written by itself. */
  texts: Map<string, RunText | false>;
}

const known = new WeakMap<RunnableGraph, KnownGraph>();

export function knownOf(accepted: RunnableGraph): KnownGraph {
  const found = known.get(accepted) ?? workedOut(accepted);
  known.set(accepted, found);
  return found;
}

function workedOut({ graph }: RunnableGraph): KnownGraph {
  return {
    rows: Object.fromEntries(graph.nodes.map((node) => [node.id, JSON.stringify(firstRow(node))])),
    weights: JSON.stringify(Object.fromEntries(graph.nodes.map(({ id, weight }) => [id, weight ?? 1]))),
    needed: new Map(neededFields(graph).map(({ field, who }) => [field, who])),
    hasChoices: hasChoices(graph.nodes),
    matching: new WeakMap(),
    texts: new Map(),
  };
}
