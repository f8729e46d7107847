import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inexactNumbers, isKept } from "./exact-numbers.ts";

describe("isKept", () => {
  it.each([
    ["0", "-0", "0.0", "-0.0e5", "0e999999999999999999999"],
    ["1", "-12", "1.0", "1.50", "100000000000000000000", "1e3", "1E+3", "1e-3", "10e22", "-1.5e-300"],
    ["9007199254740991", "9007199254740992", "9007199254740994", "-9007199254740992", "9007199254740992.0"],
    ["0.1", "0.10", "0.30000000000000004", "3.141592653589793", "1.7976931348623157e308", "5e-324"],
    // As C prints them: 17 digits.
    ["0.10000000000000001", "0.29999999999999999", "4.9406564584124654e-324", "1.5000000000000000"],
    ["4503599627370495.5", `1${"0".repeat(300)}`, `0.${"0".repeat(300)}1`],
  ])("keeps %s %s %s ...", (...tokens) => {
    for (const token of tokens) expect([token, isKept(token)]).toEqual([token, true]);
  });

  it.each([
    ["1e309", "-1e309", "1e400", "1E99999999999999999999", `1${"0".repeat(400)}`, "1.8e308"],
    ["1e-400", "-1e-400", "2e-324", "4.9e-324", `0.${"0".repeat(400)}1`],
    ["9007199254740993", "-9007199254740993", "9007199254740993.0", "9.007199254740993e15"],
    ["12345678901234567890", "18446744073709551615", "18446744073709551616", "100000000000000000001"],
    ["0.12345678901234567890", "3.14159265358979323846", "1.0000000000000001", "1.00000000000000000001"],
    ["9007199254740992.5", "4503599627370497.5", "0.1000000000000000055"],
  ])("refuses %s %s %s ...", (...tokens) => {
    for (const token of tokens) expect([token, isKept(token)]).toEqual([token, false]);
  });

  it("keeps every number that a program of 64-bit numbers writes", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(isKept(JSON.stringify(value))).toBe(true);
        expect(isKept(value.toExponential())).toBe(true);
        if (!Number.isInteger(value)) expect(isKept(value.toPrecision(17))).toBe(true);
      }),
    );
  });

  it("keeps exactly those integers whose text comes back", () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 69n), 2n ** 69n), (value) => {
        expect(isKept(String(value))).toBe(JSON.stringify(Number(value)) === String(value));
      }),
    );
  });
});

describe("inexactNumbers", () => {
  it.each([
    ["1e400", [""]],
    [" [ 1 , 9007199254740993 ] ", ["/1"]],
    ['{"a":{"b":[0,{"c":1e400}]}}', ["/a/b/1/c"]],
    ['{"a/b":1e400,"~":9007199254740993}', ["/a~1b", "/~0"]],
    ['{"\\u0061\\"":1e400}', ['/a"']],
    ['{"a":"1e400","1e400":1,"\\"1e400":"\\\\","b":[1e400]}', ["/b/0"]],
    ['{"a":[[],{},[1,[2,3]],-1e999],"b":-12345678901234567890}', ["/a/3", "/b"]],
    ['{"a":[{"x":"s"},{"y":["s","t"]}],"":1e400}', ["/"]],
    ['[true,false,null,"e",1]', []],
  ])("finds in %s those at %j", (text, pointers) => {
    JSON.parse(text);
    expect(inexactNumbers(text).map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it("agrees with the parser about where a number stands", () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }), (json) => {
        const marked = JSON.stringify(JSON.parse(json), (_key, value: unknown) =>
          typeof value === "number" ? 7 : value,
        );
        const expected: string[] = [];
        const walk = (value: unknown, at: string): void => {
          if (value === 7) expected.push(at);
          else if (typeof value === "object" && value !== null)
            for (const [name, child] of Object.entries(value))
              walk(child, `${at}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`);
        };
        walk(JSON.parse(marked), "");
        // Outside of strings a bare 7 is a number.
        const broken = marked.replaceAll(/"(?:[^"\\]|\\.)*"|7/g, (each) => (each === "7" ? "7e999" : each));
        expect(inexactNumbers(broken).map(({ pointer }) => pointer)).toEqual(expected);
      }),
    );
  });
});
