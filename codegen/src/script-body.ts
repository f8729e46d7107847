/** Holds a script's body to its head: it reads what the head names, all of it, and nothing else. */
import type { Head, Indexed } from "./script-head.ts";

const PLACES = { KEYS: "keys", ARGV: "args" } as const;

/**
 * @param body without comments, includes in place
 * @throws Error for an index that the head does not name, and for a named one that is not read
 */
export function checkIndexes(body: string, head: Head): void {
  for (const [array, part] of Object.entries(PLACES)) checkArray(body, array, head[part]);
}

function checkArray(body: string, array: string, { fixed, groups }: Indexed): void {
  const read = new Set<number>();
  for (const [, index] of body.matchAll(new RegExp(`\\b${array}\\b(?:\\s*\\[([^\\]]*)\\])?`, "g"))) {
    const number = /^\d+$/.test(index ?? "") ? Number(index) : undefined;
    // Only behind the numbered ones are there any by calculation.
    const isKnown = number === undefined ? groups.length > 0 : number <= fixed.length;
    if (!isKnown || number === 0)
      throw new Error(`it reads ${array}[${index ?? "..."}], which its head does not name`);
    if (number !== undefined) read.add(number);
  }
  const unread = fixed.findIndex((_, i) => !read.has(i + 1)) + 1;
  if (unread > 0) throw new Error(`it does not read ${array}[${unread}], which its head names`);
}

/** Fills in where the groups begin: `FIRST.key`, `FIRST.arg`. @throws Error where there are none */
export function fillFirst(body: string, head: Head): string {
  return body.replaceAll(/\bFIRST\b(?:\.(\w+))?/g, (said, what: string) => {
    const indexed = { key: head.keys, arg: head.args }[what];
    if (!indexed?.groups.length) throw new Error(`it says ${said}, but its head names nothing there`);
    return String(firstOf(indexed));
  });
}

/**
 * Of a step that takes several calls at once `KEYS[2]` is the second of the call whose keys stand behind the first `k`,
 * `ARGV[2]` that of the call whose arguments stand behind `a`, which has their number. `EACH.keys` = so many keys of each.
 */
export function fillCall(body: string, { isMany, keys: { fixed } }: Head): string {
  if (!isMany) return body;
  return body
    .replaceAll(/\bEACH\.keys\b/g, String(fixed.length))
    .replaceAll(
      /\b(KEYS|ARGV)\[(\d+)\]/g,
      (_, array: string, n) => `${array}[${array === "KEYS" ? "k" : "a"} + ${n}]`,
    )
    .replaceAll(/\bFIRST\.(key|arg)\b/g, (first, what: string) => `(${what[0]} + ${first})`);
}

/** Index of the first value of the groups. */
export function firstOf({ fixed }: Indexed): number {
  return fixed.length + 1;
}
