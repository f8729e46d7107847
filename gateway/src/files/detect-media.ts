/** Names the media type of bytes by how they begin, for clients that only know that they send bytes. */
import { at, both, contradictsMagic, either, isKnownMedia, type Test } from "./magic.ts";

const brand = (...names: string[]): Test =>
  both(at(4, "ftyp"), names.map((name) => at(8, name)).reduce(either));
const anyOf = (...tests: Test[]): Test => tests.reduce(either);

/** The first that fits is meant; what begins with little that is its own stands last. */
const KINDS: readonly [mediaType: string, test: Test][] = [
  ["image/png", at(0, "\x89PNG\r\n\x1a\n")],
  ["image/jpeg", at(0, "\xff\xd8\xff")],
  ["image/gif", at(0, "GIF8")],
  ["image/webp", both(at(0, "RIFF"), at(8, "WEBP"))],
  ["image/tiff", anyOf(at(0, "II*\0"), at(0, "MM\0*"))],
  ["image/avif", brand("avif", "avis")],
  ["image/heic", brand("heic", "heix", "hevc", "mif1", "msf1")],
  ["audio/wav", both(at(0, "RIFF"), at(8, "WAVE"))],
  ["audio/flac", at(0, "fLaC")],
  ["audio/ogg", at(0, "OggS")],
  ["audio/aiff", both(at(0, "FORM"), anyOf(at(8, "AIFF"), at(8, "AIFC")))],
  ["audio/mp4", brand("M4A ", "M4B ")],
  ["video/x-msvideo", both(at(0, "RIFF"), at(8, "AVI "))],
  ["video/quicktime", brand("qt  ")],
  ["video/mp4", at(4, "ftyp")],
  ["audio/mp4", at(4, "ftyp")],
  ["video/webm", at(0, "\x1a\x45\xdf\xa3")],
  ["audio/webm", at(0, "\x1a\x45\xdf\xa3")],
  ["audio/mpeg", anyOf(at(0, "ID3"), at(0, "\xff\xfb"), at(0, "\xff\xf3"), at(0, "\xff\xf2"))],
  ["image/bmp", at(0, "BM")],
];

/** @param main `image`, `audio` or `video` if that much is known. Undefined for bytes of no kind that is taken. */
export function detectMedia(bytes: Uint8Array, main?: string): string | undefined {
  return KINDS.find(
    ([type, test]) => (main === undefined || type.startsWith(`${main}/`)) && test(bytes),
  )?.[0];
}

/**
 * The media type of a file that is sent as `mediaType`: that one if its bytes begin so, else what they are of the same
 * kind, because names and the types that tools make of them are often wrong. Undefined for anything else.
 */
export function typeOfBytes(mediaType: string, bytes: Uint8Array): string | undefined {
  if (!contradictsMagic(mediaType, bytes)) return mediaType;
  return isKnownMedia(mediaType) ? detectMedia(bytes, mediaType.split("/")[0]) : undefined;
}
