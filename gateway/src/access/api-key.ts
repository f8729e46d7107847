/** Makes API keys, takes them apart and compares them: `msb_<id>_<secret>`, of which only a digest is kept. */
import { sha256Short } from "../graphs/digest.ts";
import { newPlainId, randomBytes } from "../ids.ts";

export interface PresentedKey {
  id: string;
  /** SHA-256 of the whole text. */
  digest: string;
}

const SECRET_BYTES = 32;
const TEXT = /^msb_([0-7][0-9A-HJKMNP-TV-Z]{25})_[A-Za-z0-9_-]{43}$/;
const ID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** A key that nobody has had before; its text must be shown once and kept nowhere. */
export function newApiKey(): PresentedKey & { text: string } {
  const id = newPlainId("key").slice("key_".length);
  const text = `msb_${id}_${toBase64Url(randomBytes(SECRET_BYTES))}`;
  return { id, text, digest: sha256Short(text) };
}

/** The parts of a key's text; undefined for what no key can look like. */
export function presented(text: string): PresentedKey | undefined {
  const id = TEXT.exec(text)?.[1];
  return id === undefined ? undefined : { id, digest: sha256Short(text) };
}

export function isKeyId(text: string): boolean {
  return ID.test(text);
}

/** Compared in place of the digest of a key that does not exist: both answers cost the same. */
const NOBODY = "0".repeat(64);

/** Whether a digest is the kept one. Looks at every character, whatever it finds, also where nothing is kept. */
export function isSameDigest(given: string, kept: string | undefined): boolean {
  const other = kept ?? NOBODY;
  let different = given.length ^ other.length;
  for (let at = 0; at < NOBODY.length; at += 1) different |= given.charCodeAt(at) ^ other.charCodeAt(at);
  return different === 0 && kept !== undefined;
}

export function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
