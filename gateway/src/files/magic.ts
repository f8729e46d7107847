/** Which media types a client may bring, and whether the first bytes of a file are of the type that it named. */

export type Test = (bytes: Uint8Array) => boolean;

export const at =
  (offset: number, text: string): Test =>
  (bytes) => {
    for (let i = 0; i < text.length; i++) if (bytes[offset + i] !== text.charCodeAt(i)) return false;
    return true;
  };
export const both =
  (a: Test, b: Test): Test =>
  (bytes) =>
    a(bytes) && b(bytes);
export const either =
  (a: Test, b: Test): Test =>
  (bytes) =>
    a(bytes) || b(bytes);

/** An MPEG audio frame begins with eleven set bits. */
const mpegFrame: Test = (bytes) => bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe0) === 0xe0;
const riff = (kind: string) => both(at(0, "RIFF"), at(8, kind));
const form = (kind: string) => both(at(0, "FORM"), at(8, kind));
const wave = riff("WAVE");
const mpeg = either(at(0, "ID3"), mpegFrame);
const flac = either(at(0, "fLaC"), at(0, "ID3"));
const ogg = at(0, "OggS");
const aiff = either(form("AIFF"), form("AIFC"));
const isoMedia = at(4, "ftyp");
/** Films of QuickTime that are older than `ftyp`. */
const quickTime = ["moov", "mdat", "wide", "free", "skip", "pnot"]
  .map((name) => at(4, name))
  .reduce(either, isoMedia);
const matroska = at(0, "\x1a\x45\xdf\xa3");
const asf = at(0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11");
const tiff = either(at(0, "II*\0"), at(0, "MM\0*"));

/** A closed list: a type that is not here could be a playlist, a script or a drawing that names other files. */
const TESTS: ReadonlyMap<string, Test> = new Map([
  ["image/png", at(0, "\x89PNG\r\n\x1a\n")],
  ["image/jpeg", at(0, "\xff\xd8\xff")],
  ["image/gif", at(0, "GIF8")],
  ["image/webp", riff("WEBP")],
  ["image/bmp", at(0, "BM")],
  ["image/tiff", tiff],
  ["image/heic", isoMedia],
  ["image/heif", isoMedia],
  ["image/avif", isoMedia],
  ["audio/wav", wave],
  ["audio/x-wav", wave],
  ["audio/wave", wave],
  ["audio/vnd.wave", wave],
  ["audio/mpeg", mpeg],
  ["audio/mp3", mpeg],
  ["audio/aac", mpeg],
  ["audio/x-aac", mpeg],
  ["audio/flac", flac],
  ["audio/x-flac", flac],
  ["audio/ogg", ogg],
  ["audio/opus", ogg],
  ["audio/mp4", isoMedia],
  ["audio/m4a", isoMedia],
  ["audio/x-m4a", isoMedia],
  ["audio/3gpp", isoMedia],
  ["audio/webm", matroska],
  ["audio/x-matroska", matroska],
  ["audio/aiff", aiff],
  ["audio/x-aiff", aiff],
  ["audio/basic", at(0, ".snd")],
  ["audio/amr", at(0, "#!AMR")],
  ["audio/x-caf", at(0, "caff")],
  ["audio/x-ms-wma", asf],
  ["video/mp4", isoMedia],
  ["video/x-m4v", isoMedia],
  ["video/3gpp", isoMedia],
  ["video/quicktime", quickTime],
  ["video/webm", matroska],
  ["video/x-matroska", matroska],
  ["video/x-msvideo", riff("AVI ")],
]);

/** Whether files of this media type are taken at all. */
export function isKnownMedia(mediaType: string): boolean {
  return TESTS.has(mediaType);
}

/** Whether the bytes do not begin as those of `mediaType` do; true for one that is not known. */
export function contradictsMagic(mediaType: string, bytes: Uint8Array): boolean {
  return !TESTS.get(mediaType)?.(bytes);
}
