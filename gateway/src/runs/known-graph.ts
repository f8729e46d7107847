/** What every run of a graph needs of it again, worked out for the first of them. */
import type { Executor, FlatGraph } from "@myspinbot/contracts/types.ts";
import { neededFields } from "../graphs/bound.ts";
import type { RunnableGraph } from "../graphs/catalogue.ts";
import { hasChoices } from "../graphs/chosen-engine.ts";
import { firstRow } from "../graphs/node-place.ts";
import type { InputSpec } from "../graphs/input-fields.ts";
import { itemTypes } from "../graphs/item-types.ts";
import { mayNameFiles, type Typed } from "./resolve-files.ts";
import type { RunText } from "./run-text.ts";

export interface KnownGraph {
  /** Rows of the nodes before anything has happened, as Redis keeps them. */
  rows: Readonly<Record<string, string>>;
  /** JSON: what each node counts in the progress of a run. */
  weights: string;
  /** Fields of the input that its schema leaves open, and who needs them. */
  needed: ReadonlyMap<string, string>;
  /** Fields of the input that may name files, and of what types they are. */
  files: ReadonlyMap<string, Typed>;
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

function workedOut({ graph, input }: RunnableGraph): KnownGraph {
  return {
    rows: Object.fromEntries(graph.nodes.map((node) => [node.id, JSON.stringify(firstRow(node))])),
    weights: JSON.stringify(Object.fromEntries(graph.nodes.map(({ id, weight }) => [id, weight ?? 1]))),
    needed: new Map(neededFields(graph).map(({ field, who }) => [field, who])),
    files: fileFields(graph, input),
    hasChoices: hasChoices(graph.nodes),
    matching: new WeakMap(),
    texts: new Map(),
  };
}

function fileFields(graph: FlatGraph, { fields }: InputSpec): Map<string, Typed> {
  const items = itemTypes(graph);
  const names = new Set([...fields.keys(), ...items.keys()]);
  const typed = Array.from(names, (name) => {
    const type = { type: fields.get(name)?.type, items: items.get(name), pointer: `/input/${name}` };
    return [name, type] as const;
  });
  return new Map(typed.filter(([, type]) => mayNameFiles(type)));
}
