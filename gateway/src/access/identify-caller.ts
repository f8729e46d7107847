/** Finds out who asks by the key or the token that a request presents. */
import type { KeyRow } from "@myspinbot/contracts/types.ts";
import type { Clock } from "../clock.ts";
import type { AppError } from "../errors/app-error.ts";
import { isSameDigest, presented } from "./api-key.ts";
import type { ApiKeys } from "./api-keys.ts";
import type { Caller } from "./caller.ts";
import { limitsOf, scopesOf } from "./key-view.ts";
import { invalidKey, malformedKey, noKey } from "./refusals.ts";
import { isSignedBy, readRunToken } from "./run-token.ts";
import { whenThere, type Soon } from "../soon.ts";

export interface Presented {
  /** The Authorization header. */
  authorization: string | undefined;
  /** The run token, where the route takes one. */
  token: string | undefined;
}

type Found = Pick<ApiKeys, "find">;

/** @throws AppError `unauthorized`; `redis-unavailable` when nobody can say */
export function identifyCaller(
  { authorization, token }: Presented,
  apiKeys: Found,
  clock: Clock,
): Soon<Caller> {
  if (authorization !== undefined) return byKey(authorization, apiKeys);
  if (token !== undefined) return byToken(token, apiKeys, clock);
  throw noKey();
}

function byKey(authorization: string, apiKeys: Found): Soon<Caller> {
  const [, text] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
  // Without the word before it, or with another scheme.
  if (text === undefined) throw noKey();
  const key = presented(text);
  if (!key) throw malformedKey();
  return whenThere(apiKeys.find(key.id), (row) => {
    if (!isSameDigest(key.digest, row?.digest) || !row) throw invalidKey();
    return callerOf(key.id, row);
  });
}

async function byToken(text: string, apiKeys: Found, clock: Clock): Promise<Caller> {
  const refusal: AppError = invalidKey();
  const token = readRunToken(text);
  if (!token || token.until < clock.now()) throw refusal;
  const row = await apiKeys.find(token.key);
  if (!row || !(await isSignedBy(token, row))) throw refusal;
  return { ...callerOf(token.key, row), scopes: ["runs:read"], run: token.run, until: token.until };
}

/** Whether they may still ask: cheaper than to look at what they presented again. @throws AppError `unauthorized` */
export async function recheckCaller(
  { key, until }: Caller,
  apiKeys: Pick<ApiKeys, "find" | "made">,
  clock: Clock,
): Promise<void> {
  if (key === undefined) {
    if (await apiKeys.made()) throw noKey();
  } else if ((until !== undefined && until < clock.now()) || !(await apiKeys.find(key.id))) {
    throw invalidKey();
  }
}

/** What a row says of its key, read once as long as the row is believed. */
const callers = new WeakMap<KeyRow, Caller>();

function callerOf(id: string, row: KeyRow): Caller {
  const known = callers.get(row);
  if (known) return known;
  const caller = { owner: row.owner, key: { id, limits: limitsOf(row) }, scopes: scopesOf(row) };
  callers.set(row, caller);
  return caller;
}
