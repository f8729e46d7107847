/** What the elements of an input's list hold, as the groups say that go over it. */
import type { FlatGraph } from "@myspinbot/contracts/types.ts";
import { boundTo } from "./bound.ts";
import { parseFlat } from "./flat-expressions.ts";

/** Field of the graph's input -> field of its elements -> named type, with a trailing ? where it may be missing. */
export function declaredItems(graph: Pick<FlatGraph, "groups">): Map<string, Map<string, string>> {
  const fields = new Map<string, Map<string, string>>();
  for (const { each, item } of Object.values(graph.groups ?? {})) {
    if (each === undefined || item === undefined) continue;
    const reference = boundTo(graph, parseFlat(each));
    if (reference?.kind !== "input") continue;
    const known = fields.get(reference.field) ?? new Map<string, string>();
    for (const [name, text] of Object.entries(item)) known.set(name, text);
    fields.set(reference.field, known);
  }
  return fields;
}

/** The same without the marks. */
export function itemTypes(graph: Pick<FlatGraph, "groups">): Map<string, Map<string, string>> {
  return new Map(
    Array.from(declaredItems(graph), ([field, items]) => [
      field,
      new Map(Array.from(items, ([name, text]) => [name, text.replace(/\?$/, "")])),
    ]),
  );
}
