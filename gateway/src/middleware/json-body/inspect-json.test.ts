import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../../errors/app-error.ts";
import { inspectJson } from "./inspect-json.ts";

function codeOf(text: string): string {
  try {
    inspectJson(JSON.parse(text));
    return "ok";
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

describe("inspectJson", () => {
  it("takes as many keys as the largest run has and not one more", () => {
    const keys = (count: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 1])));
    expect(codeOf(keys(DEFAULTS.body_keys))).toBe("ok");
    expect(codeOf(keys(DEFAULTS.body_keys + 1))).toBe("body-too-deep");
  });

  it.each([
    '{"__proto__":{"x":1}}',
    '{"a":[{"constructor":1}]}',
    '{"prototype":1}',
    '{"a":"\\ud800"}',
    '["\\udfff"]',
    '{"\\ud800":1}',
  ])("refuses %s", (text) => {
    expect(codeOf(text)).toBe("invalid-request");
  });

  it("points to what it refuses", () => {
    try {
      inspectJson(JSON.parse('{"a/b":["x","\\ud800"]}'));
      expect.unreachable();
    } catch (error) {
      expect((error as AppError).extensions.errors).toEqual([
        { pointer: "/a~1b/1", detail: "is not Unicode text" },
      ]);
    }
  });

  it("never throws anything but a known problem, and pollutes nothing", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 40 }), (text) => {
        expect(["ok", "body-too-deep", "invalid-request"]).toContain(codeOf(text));
        expect(({} as Record<string, unknown>).polluted).toBeUndefined();
      }),
    );
  });
});
