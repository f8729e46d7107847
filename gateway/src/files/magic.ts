/** Looks at the first bytes of a file: do they contradict the media type that the client named? */

type Test = (bytes: Uint8Array) => boolean;

const at =
  (offset: number, text: string): Test =>
  (bytes) => {
    for (let i = 0; i < text.length; i++) if (bytes[offset + i] !== text.charCodeAt(i)) return false;
    return true;
  };
const both =
  (a: Test, b: Test): Test =>
  (bytes) =>
    a(bytes) && b(bytes);
const either =
  (a: Test, b: Test): Test =>
  (bytes) =>
    a(bytes) || b(bytes);

/** An MPEG audio frame begins with eleven set bits. */
const mpegFrame: Test = (bytes) => bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe0) === 0xe0;
const riff = (kind: string) => both(at(0, "RIFF"), at(8, kind));
const wave = riff("WAVE");
const isoMedia = at(4, "ftyp");
const matroska = at(0, "\x1a\x45\xdf\xa3");

const TESTS: Record<string, Test> = {
  "image/png": at(0, "\x89PNG\r\n\x1a\n"),
  "image/jpeg": at(0, "\xff\xd8\xff"),
  "image/gif": at(0, "GIF8"),
  "image/webp": riff("WEBP"),
  "image/bmp": at(0, "BM"),
  "audio/wav": wave,
  "audio/x-wav": wave,
  "audio/wave": wave,
  "audio/mpeg": either(at(0, "ID3"), mpegFrame),
  "audio/flac": at(0, "fLaC"),
  "audio/ogg": at(0, "OggS"),
  "audio/mp4": isoMedia,
  "audio/x-m4a": isoMedia,
  "audio/webm": matroska,
  "video/mp4": isoMedia,
  "video/quicktime": isoMedia,
  "video/webm": matroska,
};

/** False for media types without a test: their bytes are judged by whoever decodes them. */
export function contradictsMagic(mediaType: string, bytes: Uint8Array): boolean {
  const test = TESTS[mediaType];
  return test !== undefined && !test(bytes);
}
