import { describe, expect, it } from "vitest";
import { faultAt, filled, fitting } from "./many.ts";

describe("a list of files", () => {
  it.each([
    [3, 0, {}, 3, undefined],
    [3, 0, { maxItems: 3 }, 3, undefined],
    [3, 2, { maxItems: 3 }, 1, "2 files left out: at most 3 fit."],
    [2, 2, { maxItems: 3 }, 1, "1 file left out: at most 3 fit."],
    [1, 3, { maxItems: 3 }, 0, "1 file left out: at most 3 fit."],
    // An earlier run's input may hold more than fit today.
    [1, 5, { maxItems: 3 }, 0, "1 file left out: at most 3 fit."],
  ])("takes of %i beside %i what %j has room for", (chosen, already, limits, taken, note) => {
    const files = Array.from({ length: chosen }, (_, i) => i);
    expect(fitting(files, already, limits)).toEqual({ taken: files.slice(0, taken), note });
  });

  it.each([
    [{}, "2"],
    [{ minItems: 1 }, "2"],
    [{ minItems: 5 }, "2 of at least 5"],
    [{ maxItems: 50 }, "2 of at most 50"],
    [{ minItems: 1, maxItems: 50 }, "2 of at most 50"],
    [{ minItems: 5, maxItems: 50 }, "2 of 5 to 50"],
  ])("says how many there are where %j may be", (limits, words) => {
    expect(filled(2, limits)).toBe(words);
  });

  it("knows which file a fault is about", () => {
    const faults = [
      { pointer: "/images", detail: "At least 5." },
      { pointer: "/images/1/file_id", detail: "There is no such file." },
      { pointer: "/images/10", detail: "Too large." },
    ];
    expect([0, 1, 10].map((at) => faultAt(faults, "/images", at))).toEqual([
      undefined,
      "There is no such file.",
      "Too large.",
    ]);
  });
});
