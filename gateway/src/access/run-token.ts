/**
 * Tokens with which a browser reads one run for some minutes. Nothing of them is kept: a token is signed with the digest
 * of the key that made it, so it dies with that key.
 */
import type { KeyRow } from "@myspinbot/contracts/types.ts";
import { isRunId } from "../run-id.ts";
import { toBase64Url } from "./api-key.ts";

export interface RunToken {
  run: string;
  /** Id of the key that made it. */
  key: string;
  /** Last moment, ms since the epoch. */
  until: number;
}

const TEXT = /^mst_([A-Za-z0-9_]{1,64})\.([0-9A-Z]{26})\.([0-9]{1,15})\.([A-Za-z0-9_-]{43})$/;

export async function signRunToken(token: RunToken, row: Pick<KeyRow, "digest">): Promise<string> {
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", await signingKey(row), signedBytes(token)));
  return `mst_${token.run}.${token.key}.${token.until}.${toBase64Url(mac)}`;
}

/** What a text says that looks like a token; whether it is true is another question. */
export function readRunToken(text: string): (RunToken & { mac: string }) | undefined {
  const [, run = "", key = "", until = "", mac = ""] = TEXT.exec(text) ?? [];
  return isRunId(run) ? { run, key, until: Number(until), mac } : undefined;
}

export async function isSignedBy(token: RunToken & { mac: string }, row: KeyRow): Promise<boolean> {
  return crypto.subtle.verify("HMAC", await signingKey(row), fromBase64Url(token.mac), signedBytes(token));
}

function signingKey({ digest }: Pick<KeyRow, "digest">): Promise<CryptoKey> {
  const usages = ["sign", "verify"] as const;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", new TextEncoder().encode(digest), algorithm, false, [...usages]);
}

function signedBytes({ run, key, until }: RunToken): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`run-token\n${run}\n${key}\n${until}`);
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
