/** Checks the lists of a run's input against the groups that go over them: how long they are, what is in them. */
import type { FlatGraph } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import type { FieldError } from "../errors/app-error.ts";
import { escapePointer, fieldErrors } from "../errors/field-errors.ts";
import { boundTo, chainIn, manyIn } from "../graphs/bound.ts";
import { isFileType } from "../graphs/file-types.ts";
import { isForm, type Expression } from "../graphs/expressions.ts";
import { parseFlat } from "../graphs/flat-expressions.ts";
import { clientType } from "../graphs/input-fields.ts";
import { declaredItems } from "../graphs/item-types.ts";
import { elementOf } from "../graphs/list-types.ts";
import { fileIdOf } from "./resolve-files.ts";

type Input = Record<string, unknown>;

/** What is wrong with a client's value for a named type; files come by their ids. */
export function valueProblems(type: string, value: unknown, pointer: string): FieldError[] {
  const element = elementOf(type);
  if (!isFileType(element ?? type)) return fieldErrors(clientType(type)!, value, pointer);
  if (element === undefined)
    return fileIdOf(value) === undefined ? [{ pointer, detail: 'must be {"file_id": ...}' }] : [];
  if (!Array.isArray(value)) return [{ pointer, detail: 'must be a list of {"file_id": ...}' }];
  if (value.length > DEFAULTS.group_items)
    return [{ pointer, detail: `has ${value.length} elements, and may have ${DEFAULTS.group_items}` }];
  return value.flatMap((item: unknown, i) => valueProblems(element, item, `${pointer}/${i}`));
}

export function checkLists(graph: FlatGraph, input: Input): FieldError[] {
  // Only groups go over lists.
  if (graph.groups === undefined) return [];
  return [...tooLong(graph, input), ...wrongItems(graph, input), ...tooManyNodes(graph, input)];
}

/** Whether the graph may never come to the group: then its list is looked at when it does. */
function mayBeSkipped(graph: FlatGraph, group: string): boolean {
  return chainIn(graph, group).some(
    ([id, { piece }]) => piece && (piece.when || graph.edges?.some(({ to }) => to === id)),
  );
}

interface KnownList {
  /** The field of the input that it is, or in whose absence it is taken; a constant alone has none. */
  field: string | undefined;
  group: string;
  max: number;
  list: unknown[];
}

/** What is known of a value with the input; undefined if a node has a say in it, or nobody gives it. */
function knownValue(
  bound: Expression | undefined,
  input: Input,
): { value: unknown; field: string | undefined } | undefined {
  if (!bound) return undefined;
  if (!isForm(bound)) {
    if (bound.kind === "constant") return { value: bound.value, field: undefined };
    if (bound.kind !== "input") return undefined;
    return { value: Object.hasOwn(input, bound.field) ? input[bound.field] : undefined, field: bound.field };
  }
  if (bound.kind !== "any") return undefined;
  let missing: string | undefined;
  for (const part of bound.of) {
    const known = knownValue(part, input);
    if (!known) return undefined;
    if (known.value !== undefined) return { value: known.value, field: known.field ?? missing };
    missing ??= known.field;
  }
  return undefined;
}

/** The lists that groups go over for certain, and that are known with the input. */
function listsOf(graph: FlatGraph, input: Input): KnownList[] {
  return Object.entries(graph.groups ?? {}).flatMap(([group, { each, max }]) => {
    if (each === undefined || mayBeSkipped(graph, group)) return [];
    const { value, field } = knownValue(boundTo(graph, parseFlat(each)), input) ?? {};
    return Array.isArray(value) ? [{ field, group, max: max!, list: value as unknown[] }] : [];
  });
}

function pointerTo(field: string | undefined): string {
  return field === undefined ? "/graph" : `/input/${escapePointer(field)}`;
}

function tooLong(graph: FlatGraph, input: Input): FieldError[] {
  return listsOf(graph, input).flatMap(({ field, group, max, list }) =>
    list.length <= max
      ? []
      : [
          {
            pointer: pointerTo(field),
            detail: `has ${list.length} elements, and the group "${group}" takes at most ${max}`,
          },
        ],
  );
}

function wrongItems(graph: FlatGraph, input: Input): FieldError[] {
  return Array.from(declaredItems(graph)).flatMap(([field, declared]) => {
    const list = Object.hasOwn(input, field) ? input[field] : undefined;
    if (!Array.isArray(list)) return [];
    return list.flatMap((item: unknown, i) => itemProblems(declared, item, `/input/${field}/${i}`));
  });
}

function itemProblems(declared: ReadonlyMap<string, string>, item: unknown, pointer: string): FieldError[] {
  if (typeof item !== "object" || item === null || Array.isArray(item))
    return [{ pointer, detail: "must be object" }];
  return Array.from(declared).flatMap(([name, text]) => {
    const at = `${pointer}/${escapePointer(name)}`;
    if (!Object.hasOwn(item, name)) return text.endsWith("?") ? [] : [{ pointer: at, detail: "is missing" }];
    return valueProblems(text.replace(/\?$/, ""), (item as Input)[name], at);
  });
}

/** As far as lengths are known: lists that nodes make are counted when they are there. */
function tooManyNodes(graph: FlatGraph, input: Input): FieldError[] {
  const lists = listsOf(graph, input);
  const lengths = new Map(lists.map(({ group, list }) => [group, list.length]));
  const countOf = (within: string | undefined): number => {
    const group = manyIn(graph, within);
    return group !== undefined && graph.groups![group]!.each !== undefined ? (lengths.get(group) ?? 0) : 1;
  };
  const count = graph.nodes.reduce((sum, { group }) => sum + countOf(group), 0);
  // Who sent the input can change that, and not the constants of a graph.
  const [longest] = lists.toSorted(
    (a, b) => Number(b.field !== undefined) - Number(a.field !== undefined) || b.list.length - a.list.length,
  );
  return count <= DEFAULTS.graph_nodes || !longest
    ? []
    : [
        {
          pointer: pointerTo(longest.field),
          detail: `makes a graph of ${count} nodes, and it may have ${DEFAULTS.graph_nodes}`,
        },
      ];
}
