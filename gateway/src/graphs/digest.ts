/** Canonical JSON (RFC 8785) and digests, by WebCrypto so that they work in every runtime. */
import canonicalize from "canonicalize";

const encoder = new TextEncoder();

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
export async function sha256Hex(data: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    typeof data === "string" ? encoder.encode(data) : data,
  );
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Digest of a JSON value: the version of a graph, the identity of a request. */
export async function digestOf(value: unknown): Promise<string> {
  return sha256Hex(canonicalJson(value));
}
