import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../errors/app-error.ts";
import { encodeOutputs } from "./encode-outputs.ts";

function refusalOf(outputs: unknown): AppError {
  try {
    encodeOutputs(outputs);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("was taken");
}

const cyclic: Record<string, unknown> = {};
cyclic.self = { deeper: cyclic };
const deep = Array.from({ length: 5000 }).reduce((inner) => [inner], 1 as unknown);
const hostile = {
  get value() {
    throw new Error("no");
  },
};

describe("outputs that JSON cannot keep are refused with a pointer:", () => {
  it.each([
    ["NaN", { a: NaN }, "/outputs/a"],
    ["Infinity", { a: [1, -Infinity] }, "/outputs/a/1"],
    ["a BigInt", { a: 10n ** 25n }, "/outputs/a"],
    ["a cycle", cyclic, "/outputs/self/deeper"],
    ["half a character", { a: "x\ud83d" }, "/outputs/a"],
    ["half a character in a name", { a: { "\udc00": 1 } }, "/outputs/a"],
    ["a Date", { a: new Date(0) }, "/outputs/a"],
    ["a Map", { a: new Map([[1, 2]]) }, "/outputs/a"],
    ["a Set", { a: new Set() }, "/outputs/a"],
    ["bytes", { a: new Uint8Array(2) }, "/outputs/a"],
    ["an instance", { a: new (class Face {})() }, "/outputs/a"],
    ["a boxed number", { a: Object(1) as unknown }, "/outputs/a"],
    ["a promise", { a: Promise.resolve(1) }, "/outputs/a"],
    ["undefined in a list", { "a/b": [undefined] }, "/outputs/a~1b/0"],
    ["a hole in a list", { a: Array(1) }, "/outputs/a/0"],
    ["a function", { a: () => 1 }, "/outputs/a"],
    ["its own writing", { a: { toJSON: () => 1 } }, "/outputs/a/toJSON"],
    ["a symbol", { a: Symbol("x") }, "/outputs/a"],
    ["a symbol as a name", { a: { [Symbol("x")]: 1 } }, "/outputs/a"],
    ["nothing", undefined, "/outputs"],
    ["null instead of outputs by name", null, "/outputs"],
    ["a list instead of outputs by name", [1], "/outputs"],
    ["a text instead of outputs by name", "done", "/outputs"],
    ["a number instead of outputs by name", 5, "/outputs"],
  ])("%s", (_, outputs, pointer) => {
    const { code, extensions } = refusalOf(outputs);
    expect([code, extensions.errors?.[0]?.pointer]).toEqual(["invalid-output", pointer]);
  });

  it("what is nested too deeply, at its depth", () => {
    expect(refusalOf({ a: deep })).toMatchObject({ code: "invalid-output" });
    expect(refusalOf({ a: deep }).detail).toMatch(/100 levels/u);
  });

  it("what is too large, however little memory it takes", () => {
    expect(refusalOf({ a: "x".repeat(70_000) }).code).toBe("output-too-large");
    const shared = Array.from({ length: 40 }).reduce((inner) => [inner, inner], 1 as unknown);
    expect(refusalOf({ a: shared }).code).toBe("output-too-large");
  });

  it("what throws while it is read", () => {
    expect(() => encodeOutputs(hostile)).toThrow("no");
  });
});

it("a field that is undefined is left out, and an output that is null, and a value may stand in two places", () => {
  const shared = { n: 1 };
  const outputs = { a: undefined, b: null, c: [shared, shared], d: Object.create(null) as object };
  expect(encodeOutputs(outputs)).toBe('{"c":[{"n":1},{"n":1}],"d":{}}');
});

it("everything that JSON has comes back as it was", () => {
  const values = fc.dictionary(fc.string({ unit: "grapheme", maxLength: 5 }), fc.jsonValue({ maxDepth: 4 }));
  fc.assert(
    fc.property(values, (outputs) => {
      const plain = JSON.parse(JSON.stringify(outputs)) as Record<string, unknown>;
      const made = Object.entries(plain).filter(([, value]) => value !== null);
      expect(JSON.parse(encodeOutputs(plain))).toEqual(Object.fromEntries(made));
    }),
  );
});
