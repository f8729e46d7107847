/** A key as Redis keeps it, and as clients see it. */
import type { ApiKey, ApiKeyCreate, KeyLimits, KeyRow, Scope } from "@myspinbot/contracts/types.ts";
import { validateKeyRow } from "@myspinbot/contracts/validators.js";
import { toTimestamp } from "../clock.ts";

/** Without the time of its making, which Redis gives. */
export function toRow(
  create: ApiKeyCreate,
  digest: string,
): Omit<KeyRow, "created_at"> & Record<string, string> {
  const { owner, name = owner, scopes, limits = {}, expires_at: end } = create;
  return {
    digest,
    owner,
    name,
    scopes: [...new Set(scopes)].join(" "),
    limits: JSON.stringify(limits),
    ...(end === undefined ? {} : { expires_at: String(Date.parse(end)) }),
  };
}

/** A hash of Redis as the key that it is; undefined when it is none, or what nobody of ours has written. */
export function toKeyRow(hash: Record<string, string>): KeyRow | undefined {
  return validateKeyRow(hash) ? (hash as unknown as KeyRow) : undefined;
}

export function toApiKey(id: string, row: KeyRow): ApiKey {
  const { owner, name, created_at, last_used: used, expires_at: end } = row;
  return {
    key_id: id,
    owner,
    name,
    scopes: scopesOf(row),
    limits: limitsOf(row),
    created_at: toTimestamp(Number(created_at)),
    ...(used === undefined ? {} : { last_used_at: toTimestamp(Number(used)) }),
    ...(end === undefined ? {} : { expires_at: toTimestamp(Number(end)) }),
  };
}

export function scopesOf({ scopes }: KeyRow): Scope[] {
  return scopes.split(" ") as Scope[];
}

export function limitsOf({ limits }: KeyRow): KeyLimits {
  return JSON.parse(limits) as KeyLimits;
}
