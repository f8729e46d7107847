/** Who asks, and what they may. */
import type { KeyLimits, Scope } from "@myspinbot/contracts/types.ts";

export interface Caller {
  owner: string;
  scopes: readonly Scope[];
  /** The key that was presented, or that made the token; absent where no keys exist. */
  key?: CallerKey;
  /** The one run that a token lets read. */
  run?: string;
  /** When that token is over, ms since the epoch. */
  until?: number;
}

export interface CallerKey {
  id: string;
  limits: KeyLimits;
}

/** As long as there are no keys, everybody on this machine may do everything. */
export const ALL_SCOPES: readonly Scope[] = ["runs:write", "runs:read", "operate"];
