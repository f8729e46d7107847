/** Checks lists that stand in a graph as constants, and are gone over in the graphs to which they are given. */
import type { FlatGraph } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import type { FieldError } from "../errors/app-error.ts";
import { escapePointer, fieldErrors } from "../errors/field-errors.ts";
import { boundTo, manyIn } from "./bound.ts";
import { isForm, parseExpression } from "./expressions.ts";
import { parseFlat } from "./flat-expressions.ts";
import type { GraphAsNode } from "./flatten.ts";
import type { GraphContext } from "./graph-context.ts";
import type { InnerGraph } from "./inner-graphs.ts";
import { namedType } from "./input-fields.ts";
import { InvalidReference } from "./references.ts";

type Inputs = GraphAsNode["inputs"];

interface ConstantList {
  group: string;
  /** The input that it is given for; undefined when it stands in the inner graph. */
  field: string | undefined;
  list: unknown[];
}

function constantList(value: unknown): unknown[] | undefined {
  try {
    const expression = parseExpression(value);
    const isConstant = !isForm(expression) && expression.kind === "constant";
    return isConstant && Array.isArray(expression.value) ? expression.value : undefined;
  } catch (error) {
    if (error instanceof InvalidReference) return undefined;
    throw error;
  }
}

/** The groups of an inner graph that go over constants. */
function constantLists({ groups = {} }: FlatGraph, inputs: Inputs): ConstantList[] {
  return Object.entries(groups).flatMap(([group, { each }]): ConstantList[] => {
    const bound = each === undefined ? undefined : boundTo({ groups }, parseFlat(each));
    if (!bound || isForm(bound)) return [];
    if (bound.kind === "constant")
      return Array.isArray(bound.value) ? [{ group, field: undefined, list: bound.value }] : [];
    const list = bound.kind === "input" ? constantList(inputs?.[bound.field]) : undefined;
    return list && bound.kind === "input" ? [{ group, field: bound.field, list }] : [];
  });
}

/** @param at pointer to the node */
export function checkConstantLists(node: GraphAsNode, { graph }: InnerGraph, at: string): FieldError[] {
  return constantLists(graph, node.inputs).flatMap(({ group, field, list }) => {
    // Longer than any list may be is told with its type.
    if (field === undefined || list.length > DEFAULTS.group_items) return [];
    const { max, item = {} } = graph.groups![group]!;
    const pointer = `${at}/inputs/${escapePointer(field)}`;
    if (list.length > max!) {
      const takes = `and the group "${group}" of the graph "${node.graph}" takes at most ${max}`;
      return [{ pointer, detail: `has ${list.length} elements, ${takes}` }];
    }
    return list.flatMap((element, i) => checkItem(item, element, `${pointer}/${i}`));
  });
}

function checkItem(fields: Record<string, string>, item: unknown, pointer: string): FieldError[] {
  const declared = Object.entries(fields);
  if (declared.length === 0) return [];
  if (typeof item !== "object" || item === null || Array.isArray(item))
    return [{ pointer, detail: "must be object" }];
  return declared.flatMap(([name, text]) => {
    const at = `${pointer}/${escapePointer(name)}`;
    const validator = namedType(text.replace(/\?$/, ""));
    if (Object.hasOwn(item, name))
      return validator ? fieldErrors(validator, (item as Record<string, unknown>)[name], at) : [];
    return text.endsWith("?") ? [] : [{ pointer: at, detail: "is missing" }];
  });
}

/** Nodes of the graph with those of the graphs in it, as far as the lengths of lists are known with it. */
export function checkCount({ graph, inner }: GraphContext): FieldError[] {
  let longest: { pointer: string; length: number } | undefined;
  let count = 0;
  graph.nodes.forEach((node, index) => {
    const found = inner.get(node.id);
    if (!found) {
      count += 1;
      return;
    }
    const lists = constantLists(found.graph, node.inputs);
    const lengths = new Map(lists.map(({ group, list }) => [group, list.length]));
    for (const { group } of found.graph.nodes) count += lengths.get(manyIn(found.graph, group) ?? "") ?? 1;
    for (const { field, list } of lists)
      if (field !== undefined && list.length > (longest?.length ?? 1))
        longest = { pointer: `/nodes/${index}/inputs/${escapePointer(field)}`, length: list.length };
  });
  if (count <= DEFAULTS.graph_nodes) return [];
  const detail = `are ${count} with those of the graphs in it, and may be ${DEFAULTS.graph_nodes}`;
  if (!longest) return [{ pointer: "/nodes", detail }];
  return [
    {
      pointer: longest.pointer,
      detail: `makes a graph of ${count} nodes, and it may have ${DEFAULTS.graph_nodes}`,
    },
  ];
}
