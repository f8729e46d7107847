/** Conditions of graphs: which references they hold, and whether they are true of values. */
import type { Predicate } from "@myspinbot/contracts/types.ts";
import { escapePointer } from "../errors/field-errors.ts";

export const COMPARISONS = ["eq", "ne", "lt", "le", "gt", "ge"] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** Every operand with its place below the predicate, in order. */
export function operandsOf(predicate: Predicate, pointer = ""): { pointer: string; value: unknown }[] {
  const [[key, inside]] = Object.entries(predicate) as [[string, unknown]];
  const at = `${pointer}/${escapePointer(key)}`;
  if (key === "not") return operandsOf(inside as Predicate, at);
  if (key === "has") return [{ pointer: at, value: inside }];
  if (key === "all" || key === "any")
    return (inside as Predicate[]).flatMap((part, i) => operandsOf(part, `${at}/${i}`));
  return (inside as unknown[]).flatMap((value, i) =>
    Array.isArray(value)
      ? value.map((each: unknown, j) => ({ pointer: `${at}/${i}/${j}`, value: each }))
      : [{ pointer: `${at}/${i}`, value }],
  );
}

/** The same condition over other operands. */
export function mapOperands(predicate: Predicate, change: (operand: unknown) => unknown): Predicate {
  const [[key, inside]] = Object.entries(predicate) as [[string, unknown]];
  const next = (part: unknown): unknown => mapOperands(part as Predicate, change);
  if (key === "not") return { not: next(inside) } as Predicate;
  if (key === "has") return { has: change(inside) } as Predicate;
  if (key === "all" || key === "any") return { [key]: (inside as unknown[]).map(next) };
  const changed = (inside as unknown[]).map((value) =>
    Array.isArray(value) ? value.map((each: unknown) => change(each)) : change(value),
  );
  return { [key]: changed };
}

type Scalar = string | number | boolean;

function isScalar(value: unknown): value is Scalar {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** Values of different types have no order, and are not equal. */
const ORDER: Record<Exclude<Comparison, "ne">, (a: Scalar, b: Scalar) => boolean> = {
  eq: (a, b) => a === b,
  lt: (a, b) => typeof a !== "boolean" && a < b,
  le: (a, b) => typeof a !== "boolean" && a <= b,
  gt: (a, b) => typeof a !== "boolean" && a > b,
  ge: (a, b) => typeof a !== "boolean" && a >= b,
};

function compare(by: Comparison, a: unknown, b: unknown): boolean {
  if (by === "ne") return !compare("eq", a, b);
  return isScalar(a) && isScalar(b) && typeof a === typeof b && ORDER[by](a, b);
}

/**
 * Whether it holds. A missing operand makes every comparison false except `ne`.
 * @param valueOf the value of an operand; undefined when it is missing
 */
export function holds(predicate: Predicate, valueOf: (operand: unknown) => unknown): boolean {
  const { all, any, not, has, in: within } = predicate;
  if (all) return all.every((part) => holds(part, valueOf));
  if (any) return any.some((part) => holds(part, valueOf));
  if (not) return !holds(not, valueOf);
  if (has !== undefined) return valueOf(has) !== undefined;
  if (within) {
    const [operand, options] = within as [unknown, unknown[]];
    const value = valueOf(operand);
    return options.some((option) => compare("eq", value, valueOf(option)));
  }
  const by = COMPARISONS.find((name) => predicate[name])!;
  const [a, b] = predicate[by] as [unknown, unknown];
  return compare(by, valueOf(a), valueOf(b));
}
