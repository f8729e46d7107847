/** Makes a repeated request the same run. */
import { AppError } from "../errors/app-error.ts";
import { sha256Hex, sha256Short } from "../graphs/digest.ts";
import { OWNERS } from "@myspinbot/contracts/wire.ts";
import { whenThere, type Soon } from "../soon.ts";

/** What submit needs to know a request again. */
export interface Idempotency {
  /** SHA-256 of the owner and the client's key: user text never gets into a key of Redis. */
  hash: string;
  /** SHA-256 of the canonical body. */
  digest: string;
}

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * @param text the body's one text (RFC 8785), made here where nobody has it
 * @param scope within which the key counts; everywhere by default
 * @throws AppError `invalid-request` for a header that is no key
 */
export function toIdempotency(
  key: string | undefined,
  { owner, scope = "", text }: { owner: string; scope?: string; text: () => string },
): Soon<Idempotency | undefined> {
  if (key === undefined) return undefined;
  assertKey(key);
  const hash = sha256Short(nameOf(key, owner) + (scope && `\0${scope}`));
  return whenThere(sha256Hex(text()), (digest) => ({ hash, digest }));
}

/** @throws AppError `invalid-request` for a header that is no key */
export function assertKey(key: string | undefined): void {
  if (key !== undefined && !KEY.test(key))
    throw new AppError(
      "invalid-request",
      "Idempotency-Key must be 1 to 255 visible ASCII characters without spaces.",
    );
}

/** Keys of two owners never meet: neither holds a NUL. Those from before there were owners are the default owner's. */
function nameOf(key: string, owner: string): string {
  return owner === OWNERS.default ? key : `${owner}\0${key}`;
}

/** All requests with a key go to one shard, which then decides alone. */
export function shardOfKey({ hash }: Idempotency, shards: readonly string[]): string {
  return shards[Number.parseInt(hash.slice(0, 8), 16) % shards.length]!;
}

export function conflict(run: string): AppError {
  return new AppError("idempotency-conflict", `The Idempotency-Key was used for ${run} with another body.`);
}
