/** Reads what a graph's inputs and outputs say: a constant, a reference, or a form over several of them. */
import { escapePointer } from "../errors/field-errors.ts";
import type { FieldError } from "../errors/app-error.ts";
import { InvalidReference, looseReference, parseReference, type Reference } from "./references.ts";

export type Form = "any" | "first" | "text";
/** A value that is read, or a form over several. */
export type Formed<T> = T | { kind: Form; of: Formed<T>[] };
export type Expression = Formed<Reference>;

const FORMS: ReadonlyMap<string, Form> = new Map([
  ["$any", "any"],
  ["$first", "first"],
  ["$text", "text"],
]);
/** Forms within forms. */
const MOST_LEVELS = 5;

/** The only key of an object that has one key, which begins with `$`. */
function keyOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const [key, ...others] = Object.keys(value);
  return others.length === 0 && key?.startsWith("$") ? key : undefined;
}

/** The form that a value is, with its key. */
export function formIn(value: unknown): { key: string; kind: Form; parts: unknown[] } | undefined {
  const key = keyOf(value);
  const kind = key === undefined ? undefined : FORMS.get(key);
  const parts = kind && (value as Record<string, unknown>)[key!];
  return kind && Array.isArray(parts) ? { key: key!, kind, parts } : undefined;
}

/**
 * Reads a value of a graph. A literal object with the only key `$any` is written `$$any`.
 * @throws InvalidReference
 */
export function parseExpression(value: unknown): Expression {
  return parseWith(value, parseReference);
}

type Constant = Extract<Reference, { kind: "constant" }>;

/** The same with references as `read` reads them. */
export function parseWith<T>(value: unknown, read: (value: unknown) => T): Formed<T | Constant> {
  const form = formIn(value);
  if (form) return { kind: form.kind, of: form.parts.map((part) => parseWith(part, read)) };
  const key = keyOf(value);
  if (key === undefined) return read(value);
  const inside = (value as Record<string, unknown>)[key];
  return { kind: "constant", value: key.startsWith("$$") ? { [key.slice(1)]: inside } : value };
}

export function isForm<T extends object>(
  expression: Formed<T>,
): expression is { kind: Form; of: Formed<T>[] } {
  return "of" in expression;
}

/** Whether what it gives may be missing without harm: by its own mark, or by that of the last alternative. */
export function isOptional<T extends Leaf>(expression: Formed<T>): boolean {
  if (isForm(expression)) return expression.kind !== "text" && isOptional(expression.of.at(-1)!);
  return expression.optional ?? false;
}

type Leaf = { kind: string; optional?: boolean };

/** All references in it, forms included. */
export function referencesIn<T extends Leaf>(expression: Formed<T>): Exclude<T, Constant>[] {
  if (isForm(expression)) return expression.of.flatMap((part) => referencesIn(part));
  return expression.kind === "constant" ? [] : [expression as Exclude<T, Constant>];
}

/** The references of all values that can be read; those that cannot are told by the check of inputs. */
export function readableReferences(values: Iterable<unknown>): Exclude<Reference, { kind: "constant" }>[] {
  return [...values].flatMap((value) => {
    try {
      return referencesIn(parseExpression(value));
    } catch (error) {
      if (error instanceof InvalidReference) return [];
      throw error;
    }
  });
}

/** What is wrong with how a value is written, whatever it refers to. */
export function formProblems(value: unknown, pointer: string, level = 0): FieldError[] {
  const key = keyOf(value);
  if (key === undefined || key.startsWith("$$")) return literalProblems(value, pointer);
  const inside = (value as Record<string, unknown>)[key];
  const at = `${pointer}/${escapePointer(key)}`;
  if (!FORMS.has(key))
    return [
      {
        pointer: at,
        detail: `is no form; there are ${[...FORMS.keys()].join(", ")}, and a literal key is written with $$`,
      },
    ];
  if (!Array.isArray(inside) || inside.length === 0 || inside.length > 50)
    return [{ pointer: at, detail: "must be a list of 1 to 50 references and constants" }];
  if (level >= MOST_LEVELS) return [{ pointer: at, detail: `stands within more than ${MOST_LEVELS} forms` }];
  return inside.flatMap((part, i) => formProblems(part, `${at}/${i}`, level + 1));
}

/** References stand alone: within a longer text, a list or an object they would silently be text. */
function literalProblems(value: unknown, pointer: string): FieldError[] {
  if (typeof value !== "string") return looseProblems(value, pointer);
  if (value.startsWith("$") && !value.startsWith("$$")) {
    try {
      parseReference(value);
      return [];
    } catch (error) {
      if (error instanceof InvalidReference) return [{ pointer, detail: error.message }];
      throw error;
    }
  }
  return looseProblems(value, pointer);
}

/** Texts at any depth in which something looks like a reference that nobody will resolve. */
export function looseProblems(value: unknown, pointer: string): FieldError[] {
  if (typeof value === "string") {
    const found = looseReference(value.startsWith("$$") ? value.slice(2) : value);
    return found === undefined
      ? []
      : [
          {
            pointer,
            detail: `"${found.slice(0, 60)}" would be no reference but text here: a reference is an input's whole value, and {"$text": [...]} joins texts and references`,
          },
        ];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    looseProblems(part, `${pointer}/${escapePointer(key)}`),
  );
}
