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

const WITHIN = /^\$([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+)\.([a-z][a-z0-9_]*)(\??)$/;
const GIVEN = ".input";

export function parseFlat(value: unknown): FlatExpression {
  return parseWith(value, parseFlatReference);
}

function parseFlatReference(value: unknown): FlatReference {
  const match = typeof value === "string" && WITHIN.exec(value);
  if (!match) return parseReference(value);
  const [, source, name, mark] = match as unknown as [string, string, string, string];
  const optional = mark === "?";
  return source.endsWith(GIVEN)
    ? { kind: "given", piece: source.slice(0, -GIVEN.length), field: name, optional }
    : { kind: "node", node: source, output: name, optional };
}

/** A value as it stands in a graph that was inlined as `at`: every reference in it, a form's parts included. */
export function within(at: string, value: unknown): unknown {
  if (typeof value === "string")
    return value.startsWith("$") && !value.startsWith("$$") ? `$${at}.${value.slice(1)}` : value;
  const form = formIn(value);
  return form ? { [form.key]: form.parts.map((part) => within(at, part)) } : value;
}
