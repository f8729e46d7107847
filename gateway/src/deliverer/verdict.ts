/** What a receiver's answer means for a delivery. */

export interface Verdict {
  outcome: "delivered" | "failed" | "disabled";
  /** Why it is no success, for a person. */
  error?: string;
  /** How long the receiver wants to be left alone. */
  askedMs: number;
}

/** Of these a receiver may say when it wants to be asked again. */
const BUSY: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const GONE = 410;

/** @param now ms since the epoch, for a Retry-After that is a date */
export function judgeAnswer(status: number, retryAfter: string | undefined, now: number): Verdict {
  if (status >= 200 && status < 300) return { outcome: "delivered", askedMs: 0 };
  if (status === GONE)
    return { outcome: "disabled", error: "The receiver wants no more deliveries (410).", askedMs: 0 };
  const askedMs = BUSY.has(status) ? readRetryAfter(retryAfter, now) : 0;
  const error =
    status >= 300 && status < 400
      ? `The receiver sends elsewhere (${status}); redirects are not followed.`
      : `The receiver answered ${status}.`;
  return { outcome: "failed", error, askedMs };
}

/** Seconds or a date (RFC 9110); 0 for what is neither. */
function readRetryAfter(text: string | undefined, now: number): number {
  const value = (text ?? "").trim();
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const at = /^[A-Z][a-z]{2}/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}
