import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assertShallow } from "./shallow.ts";

const nested = (levels: number, open = "[", close = "]") => open.repeat(levels) + close.repeat(levels);

describe("assertShallow", () => {
  it("takes 32 levels and not one more", () => {
    expect(() => assertShallow(nested(32))).not.toThrow();
    expect(() => assertShallow(nested(33))).toThrow(/32 levels/);
    expect(() => assertShallow(nested(33, '{"a":', "}"))).toThrow(/32 levels/);
  });

  it("does not count brackets inside of texts", () => {
    expect(() => assertShallow(JSON.stringify(["[".repeat(100), '\\"[['.repeat(50)]))).not.toThrow();
  });

  it("counts siblings once", () => {
    expect(() => assertShallow(`[${Array.from({ length: 1000 }, () => "[[]]").join()}]`)).not.toThrow();
  });

  it("judges like a walk through the parsed value", () => {
    const depthOf = (value: unknown): number =>
      typeof value === "object" && value !== null
        ? 1 + Math.max(0, ...Object.values(value).map((child) => depthOf(child)))
        : 0;
    const deep = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 40 },
        fc.string(),
        fc.array(tie("node"), { maxLength: 2 }),
        fc.dictionary(fc.string(), tie("node"), { maxKeys: 2 }),
      ),
    })).node;
    fc.assert(
      fc.property(deep, fc.integer({ min: 0, max: 40 }), (value, levels) => {
        let wrapped: unknown = value;
        for (let i = 0; i < levels; i += 1) wrapped = i % 2 ? [wrapped] : { a: wrapped };
        const judge = () => assertShallow(JSON.stringify(wrapped));
        if (depthOf(wrapped) > 32) expect(judge).toThrow();
        else expect(judge).not.toThrow();
      }),
    );
  });
});
