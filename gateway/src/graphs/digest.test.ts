import { hash } from "node:crypto";
import { NODE_TYPES } from "@myspinbot/contracts/node-types.ts";
import { describe, expect, it } from "vitest";
import { canonicalJson, digestBy, digestOf, sha256Hex } from "./digest.ts";

describe("digests", () => {
  it("do not depend on the order of keys or the form of numbers", async () => {
    expect(canonicalJson({ b: 1.0, a: [1e21, "é"] })).toBe('{"a":[1e+21,"é"],"b":1}');
    expect(await digestOf({ a: 1, b: 2 })).toBe(await digestOf({ b: 2, a: 1 }));
  });

  it("are SHA-256 in hexadecimal", async () => {
    expect(await sha256Hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(await sha256Hex(new TextEncoder().encode("abc"))).toBe(await sha256Hex("abc"));
  });

  it("are the same by the runtime and by ourselves, whatever the length", async () => {
    for (const length of [0, 1, 55, 56, 63, 64, 65, 1000, 16_383, 16_384, 16_385, 100_000]) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 31 + length) % 256);
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      expect(await sha256Hex(bytes), String(length)).toBe(Buffer.from(digest).toString("hex"));
    }
  });

  it("refuse what has no canonical form", () => {
    expect(() => canonicalJson("\ud800")).toThrow();
    expect(() => canonicalJson(undefined)).toThrow();
  });

  it("are the same by the one of Node, of bytes and of texts", async () => {
    const given = ["", "abc", "é\u{1f600}", "half \ud800 a pair", "x".repeat(16_384), "é".repeat(16_385)];
    const digests = (of: readonly (string | Uint8Array<ArrayBuffer>)[]): Promise<string[]> =>
      Promise.all(of.map(async (each) => sha256Hex(each)));
    const portable = await digests(given);
    digestBy((data) => hash("sha256", data));
    expect(await digests(given)).toEqual(portable);
    const bytes = given.map((text) => new TextEncoder().encode(text));
    expect(await digests(bytes)).toEqual(portable);
  });

  it("have the shape that node types carry", () => {
    for (const type of Object.values(NODE_TYPES)) expect(type.schema_digest).toMatch(/^[0-9a-f]{64}$/);
  });
});
