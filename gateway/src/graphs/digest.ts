/** Canonical JSON (RFC 8785) and digests, by what works in every runtime. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import type { Soon } from "../soon.ts";

/** Computes in place, and answers in hexadecimal. */
type Sha256 = (data: string | Uint8Array) => string;

const encoder = new TextEncoder();
/** Up to here WebCrypto, which hands each call to another thread, costs more than the digest itself. */
const SMALL_BYTES = 16_384;

let inPlace: Sha256 = (data) => bytesToHex(sha256(typeof data === "string" ? encoder.encode(data) : data));

/** For the entry of a runtime that has a quicker one of its own. */
export function digestBy(quicker: Sha256): void {
  inPlace = quicker;
}

/**
 * The one text that equal JSON values share.
 * @throws Error for values that are not JSON (lone surrogates, NaN, undefined).
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error("only JSON values have a canonical form");
  return text;
}

/** SHA-256 in lower-case hexadecimal of bytes, or of a text as UTF-8. */
export function sha256Hex(data: string | Uint8Array<ArrayBuffer>): Soon<string> {
  return data.length <= SMALL_BYTES ? inPlace(data) : elsewhere(data);
}

async function elsewhere(data: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof data === "string" ? encoder.encode(data) : data;
  return bytesToHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** The same at once, for a text that is known to be short, as a key or what stands for one. */
export function sha256Short(text: string): string {
  return inPlace(text);
}

/** Digest of a JSON value: the version of a graph, the identity of a request. */
export async function digestOf(value: unknown): Promise<string> {
  return sha256Hex(canonicalJson(value));
}
