import { describe, expect, it } from "vitest";
import { detectMedia, typeOfBytes } from "./detect-media.ts";
import { contradictsMagic } from "./magic.ts";

const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

const BEGINNINGS: [beginning: string, main: string | undefined, mediaType: string | undefined][] = [
  ["\x89PNG\r\n\x1a\n", undefined, "image/png"],
  ["\xff\xd8\xff\xe0", undefined, "image/jpeg"],
  ["RIFF\0\0\0\0WEBPVP8 ", undefined, "image/webp"],
  ["RIFF\0\0\0\0WAVEfmt ", undefined, "audio/wav"],
  ["RIFF\0\0\0\0AVI LIST", undefined, "video/x-msvideo"],
  ["\0\0\0\x20ftypisom", undefined, "video/mp4"],
  ["\0\0\0\x20ftypisom", "audio", "audio/mp4"],
  ["\0\0\0\x20ftypM4A ", undefined, "audio/mp4"],
  ["\0\0\0\x20ftypavif", undefined, "image/avif"],
  ["\0\0\0\x20ftypheic", undefined, "image/heic"],
  ["\0\0\0\x14ftypqt  ", undefined, "video/quicktime"],
  ["\x1a\x45\xdf\xa3", undefined, "video/webm"],
  ["\x1a\x45\xdf\xa3", "audio", "audio/webm"],
  ["ID3\x04", undefined, "audio/mpeg"],
  ["fLaC", undefined, "audio/flac"],
  ["OggS", undefined, "audio/ogg"],
  ["\x89PNG\r\n\x1a\n", "audio", undefined],
  ["<svg/>", undefined, undefined],
  ["#EXTM3U\n/etc/passwd", undefined, undefined],
  ["", undefined, undefined],
];

describe("detectMedia", () => {
  it.each(BEGINNINGS)("takes %j (%s) for %s", (beginning, main, mediaType) => {
    expect(detectMedia(bytes(beginning), main)).toBe(mediaType);
  });

  it("names only types whose bytes may begin so", () => {
    for (const [beginning, main] of BEGINNINGS) {
      const mediaType = detectMedia(bytes(beginning), main);
      if (mediaType !== undefined)
        expect([mediaType, contradictsMagic(mediaType, bytes(beginning))]).toEqual([mediaType, false]);
    }
  });
});

describe("typeOfBytes", () => {
  it.each([
    ["image/png", "\x89PNG\r\n\x1a\n", "image/png"],
    ["image/jpeg", "\x89PNG\r\n\x1a\n", "image/png"],
    ["image/png", "\xff\xd8\xff\xe0", "image/jpeg"],
    ["image/jpeg", "RIFF\0\0\0\0WEBPVP8 ", "image/webp"],
    ["image/heic", "\xff\xd8\xff\xe0", "image/jpeg"],
    ["audio/mpeg", "RIFF\0\0\0\0WAVEfmt ", "audio/wav"],
    ["audio/webm", "OggS", "audio/ogg"],
    ["image/png", "OggS", undefined],
    ["image/png", "<svg/>", undefined],
    ["image/x-unheard-of", "\x89PNG\r\n\x1a\n", undefined],
  ])("takes what is sent as %s with %j for %s", (sent, beginning, own) => {
    expect(typeOfBytes(sent, bytes(beginning))).toBe(own);
  });
});
