/** What a key may use, told as 429 and in the headers of draft-ietf-httpapi-ratelimit-headers. */
import type { KeyLimits } from "@myspinbot/contracts/types.ts";
import { AppError } from "../errors/app-error.ts";

/** What is counted. */
type Counted = Exclude<keyof KeyLimits, "highest_priority">;

/** What is left of a limit; without a time it comes back when something ends. */
export interface Quota {
  limit: Counted;
  most: number;
  left: number;
  resetMs?: number;
}

/** Name in headers, window in seconds, what is counted in words. */
const POLICIES: Record<Counted, { name: string; windowS?: number; said: (most: number) => string }> = {
  runs_per_minute: { name: "runs", windowS: 60, said: (most) => `${counted(most, "run")} within a minute` },
  live_runs: {
    name: "live-runs",
    said: (most) => `${counted(most, "run")} that ${most === 1 ? "has" : "have"} not ended`,
  },
  upload_bytes_per_day: {
    name: "upload-bytes",
    windowS: 86_400,
    said: (most) => `${counted(most, "byte")} of files and of what runs make within a day`,
  },
  event_streams: { name: "event-streams", said: (most) => counted(most, "open event stream") },
};
const counted = (most: number, what: string): string => `${most} ${what}${most === 1 ? "" : "s"}`;

/** Nobody can say when a run or a stream ends. */
const ASK_AGAIN_S = 5;

export function quotaHeaders({ limit, most, left, resetMs }: Quota): Record<string, string> {
  const { name, windowS } = POLICIES[limit];
  return {
    "RateLimit-Policy": `"${name}";q=${most}${windowS === undefined ? "" : `;w=${windowS}`}`,
    RateLimit: `"${name}";r=${left}${resetMs === undefined ? "" : `;t=${Math.ceil(resetMs / 1000)}`}`,
  };
}

export function tooMany(quota: Quota): AppError {
  const after = quota.resetMs === undefined ? ASK_AGAIN_S : Math.max(1, Math.ceil(quota.resetMs / 1000));
  return new AppError(
    "too-many-requests",
    `The key may have ${POLICIES[quota.limit].said(quota.most)}; try again in ${after} s.`,
    { headers: { ...quotaHeaders(quota), "Retry-After": String(after) } },
  );
}
