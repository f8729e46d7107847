/** Decides what a file may be called, and reads the name that Content-Disposition gives (RFC 6266, RFC 8187). */
import { AppError } from "../errors/app-error.ts";

const LONGEST = 200;

/** Control characters, line breaks, and marks that make a name look like another one. */
const UNFIT = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/**
 * The last part of a path, without spaces around it.
 * @throws AppError `invalid-request` with the pointer, or about the header without one.
 */
export function cleanFileName(given: string, pointer?: string): string {
  const name = given.split(/[\\/]/).at(-1)?.trim() ?? "";
  const fits = name !== "" && name !== "." && name !== ".." && name.isWellFormed() && !UNFIT.test(name);
  if (fits && [...name].length <= LONGEST) return name;
  const detail = `must be a file name of 1 to ${LONGEST} characters without control characters`;
  throw new AppError(
    "invalid-request",
    `${pointer === undefined ? "The filename of Content-Disposition" : `The body does not fit: ${pointer}`} ${detail}.`,
    pointer === undefined ? {} : { errors: [{ pointer, detail }] },
  );
}

/** The cleaned name of a header as HTTP gives it (one character per byte); `otherwise` without a name. */
export function fileNameOf(header: string | undefined, otherwise: string): string {
  if (header === undefined) return otherwise;
  const text = fromBytes(header);
  const given = extended(text) ?? plain(text);
  return given === undefined ? otherwise : cleanFileName(given);
}

/** Browsers and curl send names as raw UTF-8; what is none stays what it is in HTTP, Latin-1. */
function fromBytes(header: string): string {
  if (!/[\x80-\xff]/.test(header) || /[^\0-\xff]/.test(header)) return header;
  return decode("utf-8", toBytes(header)) ?? header;
}

/** `charset'language'percent-encoded`; quotes around it are wrong but seen. */
function extended(header: string): string | undefined {
  const match = /;\s*filename\*\s*=\s*"?([A-Za-z0-9-]+)'[A-Za-z0-9-]*'([^;\s"]*)/i.exec(header);
  if (!match) return undefined;
  const [, charset = "", value = ""] = match;
  const name = /%(?![0-9a-f]{2})/i.test(value)
    ? undefined
    : decode(charset.toLowerCase(), percentBytes(value));
  if (name !== undefined) return name;
  throw new AppError(
    "invalid-request",
    "The filename* of Content-Disposition is not percent-encoded UTF-8 or ISO-8859-1.",
  );
}

function plain(header: string): string | undefined {
  const quoted = /;\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(header)?.[1];
  if (quoted !== undefined) return quoted.replaceAll(/\\(.)/g, "$1");
  return /;\s*filename\s*=\s*([^;\s"]+)/i.exec(header)?.[1];
}

function percentBytes(value: string): Uint8Array {
  return toBytes(
    value.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
  );
}

function toBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** The two charsets that RFC 8187 knows; undefined for others and for bytes that do not fit. */
function decode(charset: string, bytes: Uint8Array): string | undefined {
  if (charset === "iso-8859-1") return String.fromCharCode(...bytes);
  if (charset !== "utf-8") return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
