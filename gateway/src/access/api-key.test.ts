import { describe, expect, it } from "vitest";
import { isSameDigest, newApiKey, presented } from "./api-key.ts";

describe("an API key", () => {
  it("is 256 bits that nobody had before, and is known again by its digest", () => {
    const [one, other] = [newApiKey(), newApiKey()];
    expect(one.text).toMatch(/^msb_[0-7][0-9A-HJKMNP-TV-Z]{25}_[A-Za-z0-9_-]{43}$/);
    expect(one.text.slice(31)).not.toBe(other.text.slice(31));
    expect(presented(one.text)).toEqual({ id: one.id, digest: one.digest });
    expect(one.digest).not.toContain(one.text.slice(31));
  });

  it.each([
    "",
    "msb_",
    "msb_01M825PKC72TAV63HHBZ5GR8JT_short",
    "msb_01M825PKC72TAV63HHBZ5GR8JU_" + "A".repeat(44),
  ])("is not %j", (text) => {
    expect(presented(text)).toBeUndefined();
  });
});

describe("isSameDigest", () => {
  const kept = "a".repeat(64);

  it.each([
    [kept, kept, true],
    [`b${kept.slice(1)}`, kept, false],
    [`${kept.slice(1)}b`, kept, false],
    [kept.slice(1), kept, false],
    [kept, undefined, false],
    ["0".repeat(64), undefined, false],
  ])("%s %s: %s", (given, other, same) => {
    expect(isSameDigest(given, other)).toBe(same);
  });

  /** A text that counts how often it is looked at. */
  function watched(text: string): { text: string; looks: () => number } {
    let looks = 0;
    const charCodeAt = (at: number): number => {
      looks += 1;
      return text.charCodeAt(at);
    };
    return { text: { length: text.length, charCodeAt } as unknown as string, looks: () => looks };
  }

  it("does the same work whether the first character differs, the last, none, or nothing is kept", () => {
    const cases: [string, string | undefined][] = [
      [kept, kept],
      [`b${kept.slice(1)}`, kept],
      [`${kept.slice(1)}b`, kept],
      [kept, undefined],
    ];
    const work = cases.map(([given, other]) => {
      const seen = watched(given);
      isSameDigest(seen.text, other);
      return seen.looks();
    });
    expect(work).toEqual([64, 64, 64, 64]);
  });
});
