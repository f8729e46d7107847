/** Reads what an accepted graph says: as its author wrote it, and besides what stands in the graphs within it. */
import { formIn, parseWith, type Formed } from "./expressions.ts";
import { parseReference, type Reference } from "./references.ts";

/** What the graph that a node stands in was given for a field of its input. */
export interface Given {
  kind: "given";
  piece: string;
  field: string;
  optional: boolean;
}

export type FlatReference = Reference | Given;
export type FlatExpression = Formed<FlatReference>;

const NAME = /^[a-z][a-z0-9_]*$/;
const GIVEN = "input";

export function parseFlat(value: unknown): FlatExpression {
  return parseWith(value, parseFlatReference);
}

function parseFlatReference(value: unknown): FlatReference {
  if (typeof value !== "string" || !value.startsWith("$")) return parseReference(value);
  const optional = value.endsWith("?");
  const parts = value.slice(1, optional ? -1 : undefined).split(".");
  // With two parts it is a reference as authors write it.
  if (parts.length < 3 || !parts.every((part) => NAME.test(part))) return parseReference(value);
  const name = parts.pop() ?? "";
  return parts.at(-1) === GIVEN
    ? { kind: "given", piece: parts.slice(0, -1).join("."), field: name, optional }
    : { kind: "node", node: parts.join("."), output: name, optional };
}

/** A value as it stands in a graph that was inlined as `at`: every reference in it, a form's parts included. */
export function within(at: string, value: unknown): unknown {
  if (typeof value === "string")
    return value.startsWith("$") && !value.startsWith("$$") ? `$${at}.${value.slice(1)}` : value;
  const form = formIn(value);
  return form ? { [form.key]: form.parts.map((part) => within(at, part)) } : value;
}
