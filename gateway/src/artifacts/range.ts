/** Reads the Range header (RFC 9110): one range of bytes, or nothing that we serve in parts. */

export type RangeAnswer =
  /** The header asks for nothing we know: send everything. */
  { kind: "all" } | { kind: "part"; first: number; last: number } | { kind: "unsatisfiable" };

/** @param size bytes of the whole; several ranges at once are answered with everything, which is allowed. */
export function readRange(header: string | undefined, size: number): RangeAnswer {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec((header ?? "").trim());
  const [, from = "", to = ""] = match ?? [];
  if (!match || (from === "" && to === "")) return { kind: "all" };
  if (from === "") {
    const length = Math.min(Number(to), size);
    return length === 0 ? { kind: "unsatisfiable" } : { kind: "part", first: size - length, last: size - 1 };
  }
  const first = Number(from);
  const last = to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== "" && Number(to) < first) return { kind: "all" };
  return first >= size ? { kind: "unsatisfiable" } : { kind: "part", first, last };
}
