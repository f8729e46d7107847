/**
 * Signs a delivery as Standard Webhooks 1.0.0 says, by WebCrypto: the package `standardwebhooks` computes SHA-256 in
 * JavaScript, knows one secret at a time, and is what tests verify with.
 */

export interface Signed {
  /** The header webhook-id. */
  id: string;
  /** The header webhook-timestamp: seconds since the epoch. */
  timestamp: number;
  /** Exactly as it is sent. */
  body: string;
}

const PREFIX = "whsec_";
const HMAC = { name: "HMAC", hash: "SHA-256" };

/** The header webhook-signature: one signature per secret, so that a receiver may know either. */
export async function signatureHeader(secrets: readonly string[], signed: Signed): Promise<string> {
  return (await Promise.all(secrets.map((secret) => sign(secret, signed)))).join(" ");
}

async function sign(secret: string, { id, timestamp, body }: Signed): Promise<string> {
  const key = await crypto.subtle.importKey("raw", bytesOf(secret), HMAC, false, ["sign"]);
  const text = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, text));
  return `v1,${btoa(String.fromCharCode(...signature))}`;
}

function bytesOf(secret: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(secret.slice(PREFIX.length)), (char) => char.charCodeAt(0));
}
