import { describe, expect, it } from "vitest";
import { contradictsMagic, isKnownMedia } from "./magic.ts";

const bytes = (...values: (number | string)[]) =>
  new Uint8Array(
    values.flatMap((value) =>
      typeof value === "number" ? [value] : [...value].map((char) => char.charCodeAt(0)),
    ),
  );

describe("contradictsMagic", () => {
  it.each([
    ["image/png", bytes(0x89, "PNG\r\n", 0x1a, "\n")],
    ["image/jpeg", bytes(0xff, 0xd8, 0xff, 0xe0)],
    ["image/webp", bytes("RIFF", 0, 0, 0, 0, "WEBP")],
    ["audio/wav", bytes("RIFF", 0, 0, 0, 0, "WAVE")],
    ["audio/mpeg", bytes("ID3")],
    ["audio/webm", bytes(0x1a, 0x45, 0xdf, 0xa3)],
    ["audio/x-m4a", bytes(0, 0, 0, 32, "ftyp", "M4A ")],
    ["audio/mpeg", bytes(0xff, 0xfb)],
    ["video/mp4", bytes(0, 0, 0, 24, "ftypisom")],
    ["video/webm", bytes(0x1a, 0x45, 0xdf, 0xa3)],
    ["video/quicktime", bytes(0, 0, 0, 8, "wide")],
    ["video/x-matroska", bytes(0x1a, 0x45, 0xdf, 0xa3)],
    ["video/x-msvideo", bytes("RIFF", 0, 0, 0, 0, "AVI ")],
    ["audio/aac", bytes(0xff, 0xf1)],
  ])("takes %s", (type, data) => {
    expect(contradictsMagic(type, data)).toBe(false);
  });

  it.each([
    ["image/png", bytes("<svg>")],
    ["image/jpeg", bytes(0x89, "PNG")],
    ["audio/wav", bytes("RIFF", 0, 0, 0, 0, "WEBP")],
    ["audio/webm", bytes("OggS")],
    ["video/mp4", bytes("")],
    ["video/mp4", bytes("#EXTM3U\n")],
    ["video/mp4", bytes("ffconcat version 1.0\n")],
    ["video/x-matroska", bytes("#EXTM3U\n")],
    ["image/x-unheard-of", bytes("anything")],
  ])("refuses other bytes as %s", (type, data) => {
    expect(contradictsMagic(type, data)).toBe(true);
  });
});

describe("isKnownMedia", () => {
  it.each([
    "video/x-mpegurl",
    "video/vnd.apple.mpegurl",
    "video/mp2t",
    "video/x-anything",
    "audio/mpegurl",
    "audio/x-mpegurl",
    "audio/x-scpls",
    "image/svg+xml",
    "image/vnd.adobe.photoshop",
    "image/x-eps",
  ])("does not know %s", (type) => {
    expect(isKnownMedia(type)).toBe(false);
  });
});
