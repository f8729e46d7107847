/** Makes a repeated request the same run. */
import { AppError } from "../errors/app-error.ts";
import { digestOf, sha256Hex } from "../graphs/digest.ts";
import type { RunCreate } from "@myspinbot/contracts/types.ts";

/** What submit needs to know a request again. */
export interface Idempotency {
  /** SHA-256 of the client's key: user text never gets into a key of Redis. */
  hash: string;
  /** SHA-256 of the canonical body. */
  digest: string;
}

const KEY = /^[\x21-\x7e]{1,255}$/;

/** @throws AppError `invalid-request` for a header that is no key. */
export async function toIdempotency(
  key: string | undefined,
  body: RunCreate,
): Promise<Idempotency | undefined> {
  if (key === undefined) return undefined;
  if (!KEY.test(key))
    throw new AppError(
      "invalid-request",
      "Idempotency-Key must be 1 to 255 visible ASCII characters without spaces.",
    );
  return { hash: await sha256Hex(key), digest: await digestOf(body) };
}

/** All requests with a key go to one shard, which then decides alone. */
export function shardOfKey({ hash }: Idempotency, shards: readonly string[]): string {
  return shards[Number.parseInt(hash.slice(0, 8), 16) % shards.length]!;
}

export function conflict(run: string): AppError {
  return new AppError("idempotency-conflict", `The Idempotency-Key was used for ${run} with another body.`);
}
