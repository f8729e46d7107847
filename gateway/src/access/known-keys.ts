/** What requests of this process have read about keys: plain data, bounded, and old after seconds. */
import type { KeyRow } from "@myspinbot/contracts/types.ts";

export interface KnownKey {
  /** When it was asked for, by the clock that only grows. */
  at: number;
  /** Redis time then, ms. */
  now: number;
  row: KeyRow;
}

export interface KnownKeys {
  rows: Map<string, KnownKey>;
  /** Ids of which there is no key -> when that was asked. */
  missing: Map<string, number>;
  /** Whether any key was ever made. What is true stays true. */
  made?: { at: number; value: boolean };
}

/** Whoever tries ids by the million fills the second map only, and never beyond this. */
const MOST = 1000;

export function createKnownKeys(): KnownKeys {
  return { rows: new Map(), missing: new Map() };
}

/** Keeps a value as the newest of the map; the oldest goes when there are too many. */
export function keep<Value>(map: Map<string, Value>, name: string, value: Value): void {
  map.delete(name);
  const oldest = map.size >= MOST ? map.keys().next().value : undefined;
  if (oldest !== undefined) map.delete(oldest);
  map.set(name, value);
}
