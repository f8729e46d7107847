import { describe, expect, it } from "vitest";
import { contradictsMagic } from "./magic.ts";

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
    ["image/x-unheard-of", bytes("anything")],
  ])("takes %s", (type, data) => {
    expect(contradictsMagic(type, data)).toBe(false);
  });

  it.each([
    ["image/png", bytes("<svg>")],
    ["image/jpeg", bytes(0x89, "PNG")],
    ["audio/wav", bytes("RIFF", 0, 0, 0, 0, "WEBP")],
    ["audio/webm", bytes("OggS")],
    ["video/mp4", bytes("")],
  ])("refuses other bytes as %s", (type, data) => {
    expect(contradictsMagic(type, data)).toBe(true);
  });
});
