/** What becomes of a film, a sound or a picture that the browser could not show, by what its address answers. */

/** `again`: with a fresh address at once; `later`: the gateway is away, or too busy. */
export type Failure = "gone" | "strange" | "again" | "later";

const GONE: ReadonlySet<number> = new Set([404, 410]);
/** A token that has ended is answered so. */
const REFUSED: ReadonlySet<number> = new Set([401, 403]);

/**
 * @param status of the answer; 0 when there was none
 * @param tries how often it was tried, this time too
 */
export function failureOf(status: number, tries: number): Failure {
  if (GONE.has(status)) return "gone";
  if (status === 0 || status === 429 || status >= 500) return "later";
  if (tries === 1) return "again";
  return REFUSED.has(status) ? "later" : "strange";
}

export const SENTENCES = {
  gone: "These bytes are not here any more: somebody deleted them, or their time was over.",
  strange: "This browser cannot show it. It can be downloaded.",
} satisfies Partial<Record<Failure, string>>;
