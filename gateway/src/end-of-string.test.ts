import fc from "fast-check";
import { expect, it } from "vitest";
import { endOfString } from "./end-of-string.ts";

it.each([
  ['"abc"', 4],
  ['""', 1],
  ['"a\\"b"', 5],
  ['"a\\\\"', 4],
  ['"\\\\\\"x"', 6],
  ['"never', 6],
  ['"never\\"', 8],
  ['"\\', 2],
])("finds the end of %s", (text, end) => {
  expect(endOfString(text, 0)).toBe(end);
});

it("finds it in every text that JSON can say, wherever that stands", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("\\", '"', "a", "\n", "\u00e9") }), (value) => {
      const text = JSON.stringify(value);
      expect(endOfString(`[1,${text},"x"]`, 3)).toBe(3 + text.length - 1);
    }),
  );
});

it("takes no longer for what is full of backslashes than its length asks", () => {
  const text = `"${"\\\\".repeat(500_000)}"`;
  expect(endOfString(text, 0)).toBe(text.length - 1);
  expect(endOfString(`"${'\\"'.repeat(500_000)}"`, 0)).toBe(1_000_001);
});
