/** Where the groups of a graph stand: a pure reading of the lists that they go over. */
import { namedType } from "../graphs/input-fields.ts";
import type { PlannedGroup } from "./planned.ts";
import { evaluate, mayBeMissing, type Operand, type View } from "./operands.ts";

/** `known`: its instances are there. `waits`: its list is not known yet. `impossible`: there will be no list. */
export type GroupState =
  | {
      is: "known";
      items: unknown[];
      /** Of a loop: `open` may get another iteration, `unmet` has not met its condition and says so. */
      loop?: "open" | "closed" | "unmet";
      detail?: string;
    }
  | { is: "waits" }
  | { is: "impossible"; detail?: string };

type Each = NonNullable<PlannedGroup["each"]>;

/** Where a member stands within its group. */
export interface Place {
  group: PlannedGroup;
  index: number;
  item: unknown;
}

/** The state of a group with `each`, whose list is this operand. */
export function stateOfEach(each: Each, list: Operand, view: View): GroupState {
  const value = evaluate(list, view);
  if (value.is === "waits") return { is: "waits" };
  if (value.is === "absent") return mayBeMissing(list) ? { is: "known", items: [] } : { is: "impossible" };
  const items = value.value;
  if (!Array.isArray(items)) return { is: "impossible", detail: "what it goes over is no list" };
  if (items.length > each.max)
    return {
      is: "impossible",
      detail: `its list has ${items.length} elements, and it takes at most ${each.max}`,
    };
  const detail = items.map((item, i) => itemProblem(each, item, i)).find((found) => found !== undefined);
  return detail === undefined ? { is: "known", items } : { is: "impossible", detail };
}

/** Files among the items were made of a client's by the gateway itself, and are not looked at again. */
function itemProblem({ item: fields }: Each, item: unknown, index: number): string | undefined {
  if (fields.size === 0) return undefined;
  if (typeof item !== "object" || item === null || Array.isArray(item))
    return `element ${index} is no object`;
  for (const [name, { type, required }] of fields) {
    const value = Object.hasOwn(item, name) ? (item as Record<string, unknown>)[name] : undefined;
    if (value === undefined && required) return `element ${index} has no "${name}"`;
    if (value !== undefined && !(namedType(type)?.(value) ?? true))
      return `"${name}" of element ${index} is not of type ${type}`;
  }
  return undefined;
}

/** A field of a group as its member at `place` sees it: the index, the element, or a field of the element. */
export function fieldOf(field: string, optional: boolean, { index, item }: Place): Operand {
  if (field === "index") return { kind: "constant", value: index };
  if (field === "item") return { kind: "constant", value: item };
  const isThere = typeof item === "object" && item !== null && Object.hasOwn(item, field);
  const value = isThere ? (item as Record<string, unknown>)[field] : undefined;
  return value === undefined ? { kind: "absent", optional } : { kind: "constant", value };
}
