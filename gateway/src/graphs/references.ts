/** Reads what a graph node's input says: a constant, another node's output, or a field of the run's input. */

/** An input of a graph node, read. `optional` inputs may be missing when the node starts. */
export type Reference =
  | { kind: "constant"; value: unknown }
  | { kind: "node"; node: string; output: string; optional: boolean }
  | { kind: "input"; field: string; optional: boolean };

const REFERENCE = /^\$([a-z][a-z0-9_]{0,47})\.([a-z][a-z0-9_]{0,47})(\??)$/;
/** Something that looks like a reference, in a text that is none; braces are how other languages write it. */
const LOOSE = /(?<!\$)\$(?:\{\s*)?[a-z][a-z0-9_]*/;

/** Says why a text that starts with a single `$` is no reference. */
export class InvalidReference extends Error {
  override readonly name = "InvalidReference";
}

/**
 * Reads one input value: `$node.output`, `$input.field`, both with an optional trailing `?`; a leading `$$` is a
 * literal `$`; everything else is a constant.
 * @throws InvalidReference for a text that starts with `$` and is neither.
 */
export function parseReference(value: unknown): Reference {
  if (typeof value !== "string" || !value.startsWith("$")) return { kind: "constant", value };
  if (value.startsWith("$$")) return { kind: "constant", value: value.slice(1) };
  const match = REFERENCE.exec(value);
  if (!match) {
    throw new InvalidReference(
      `"${value.slice(0, 100)}" is neither $node.output nor $input.field; write $$ for a literal $`,
    );
  }
  const [, source, name, mark] = match as unknown as [string, string, string, string];
  const optional = mark === "?";
  return source === "input"
    ? { kind: "input", field: name, optional }
    : { kind: "node", node: source, output: name, optional };
}

/** What in a text looks like a reference although it is only text. */
export function looseReference(text: string): string | undefined {
  return LOOSE.exec(text)?.[0];
}
