/** Which fields of a form are shown, by what others hold, and what counts as given. */
import type { Field } from "./fields.ts";

export type Values = Record<string, unknown>;

/** Fields of which one is used, and which one that is. */
interface Either {
  fields: readonly string[];
  chosen: string;
}
const NONE: Either = { fields: [], chosen: "" };

export function isGiven({ widget, fields = [] }: Field, value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === "string") return value.trim() !== "";
  if (widget !== "object") return value !== undefined && value !== null && value !== false;
  const inner = (value ?? {}) as Values;
  return shownOf(fields, inner).some((field) => isGiven(field, inner[field.name]));
}

/** What was typed, or else what is shown in its place: what the box will take. */
function heldBy({ schema }: Field, value: unknown): unknown {
  return value ?? schema.default;
}

/** What is hidden holds nothing: what is shown only beside it is hidden, too. */
export function shownOf(fields: readonly Field[], values: Values, either = NONE): Field[] {
  const named = new Map(fields.map((field) => [field.name, field]));
  const known = new Map<string, boolean>();

  const holds = ([name, wanted]: [string, unknown]): boolean => {
    const isEither = either.fields.includes(name);
    // Whoever chose it is about to fill it.
    if (isEither && typeof wanted === "boolean") return wanted === (name === either.chosen);
    const other = named.get(name);
    const held = other && isShown(other) ? heldBy(other, values[name]) : undefined;
    if (typeof wanted === "boolean") return wanted === (other !== undefined && isGiven(other, held));
    return held === wanted;
  };

  const isShown = ({ name, hints: { shown_if = {}, hidden_if = {} } }: Field): boolean => {
    if (either.fields.includes(name)) return name === either.chosen;
    const before = known.get(name);
    if (before !== undefined) return before;
    // Of fields that ask for each other the first is not hidden by itself.
    known.set(name, true);
    const verdict = Object.entries(shown_if).every(holds) && !Object.entries(hidden_if).some(holds);
    known.set(name, verdict);
    return verdict;
  };
  return fields.filter(isShown);
}
