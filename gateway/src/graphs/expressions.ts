/** Reads what a graph's inputs and outputs say: a constant, a reference, or a form over several of them. */
import { escapePointer } from "../errors/field-errors.ts";
import type { FieldError } from "../errors/app-error.ts";
import { InvalidReference, looseReference, parseReference, type Reference } from "./references.ts";

export type Form = "any" | "first" | "text";
export type Expression = Reference | { kind: Form; of: Expression[] };

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

/**
 * Reads a value of an accepted graph. A literal object with the only key `$any` is written `$$any`.
 * @throws InvalidReference
 */
export function parseExpression(value: unknown): Expression {
  const key = keyOf(value);
  if (key === undefined) return parseReference(value);
  const inside = (value as Record<string, unknown>)[key];
  if (key.startsWith("$$")) return { kind: "constant", value: { [key.slice(1)]: inside } };
  const kind = FORMS.get(key);
  if (!kind || !Array.isArray(inside)) return { kind: "constant", value };
  return { kind, of: inside.map(parseExpression) };
}

export function isForm(expression: Expression): expression is Extract<Expression, { of: unknown }> {
  return "of" in expression;
}

/** Whether what it gives may be missing without harm: by its own mark, or by that of the last alternative. */
export function isOptional(expression: Expression): boolean {
  if (expression.kind === "constant") return false;
  if (!isForm(expression)) return expression.optional;
  return expression.kind !== "text" && isOptional(expression.of.at(-1)!);
}

/** All references in it, forms included. */
export function referencesIn(expression: Expression): Exclude<Reference, { kind: "constant" }>[] {
  if (isForm(expression)) return expression.of.flatMap(referencesIn);
  return expression.kind === "constant" ? [] : [expression];
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
