/** A list of files: how many more fit into it, in words, and what is wrong with which. */
import { count } from "#lib/words.ts";
import type { Schema } from "./schema.ts";
import type { FieldFault } from "./values.ts";

/** @returns those that still fit, and a sentence about the others */
export function fitting<T>(
  chosen: readonly T[],
  already: number,
  { maxItems = Infinity }: Schema,
): { taken: T[]; note: string | undefined } {
  const taken = chosen.slice(0, Math.max(0, maxItems - already));
  const left = chosen.length - taken.length;
  const note = left === 0 ? undefined : `${count(left, "file")} left out: at most ${maxItems} fit.`;
  return { taken, note };
}

/** `2 of 5 to 50`; without limits the number alone. */
export function filled(n: number, { minItems = 0, maxItems = Infinity }: Schema): string {
  if (maxItems === Infinity) return minItems <= 1 ? String(n) : `${n} of at least ${minItems}`;
  return minItems <= 1 ? `${n} of at most ${maxItems}` : `${n} of ${minItems} to ${maxItems}`;
}

/** What is wrong with one of them, or with something inside it. */
export function faultAt(faults: readonly FieldFault[], pointer: string, at: number): string | undefined {
  const own = `${pointer}/${at}`;
  return faults.find((fault) => fault.pointer === own || fault.pointer.startsWith(`${own}/`))?.detail;
}
