/** Turns the flat lists that scripts answer into records. */

/** `[name, value, name, value]` as a record. */
export function toRecord(flat: readonly string[]): Record<string, string> {
  const out: Record<string, string> = {};
  for (let i = 0; i + 1 < flat.length; i += 2) out[flat[i]!] = flat[i + 1]!;
  return out;
}
