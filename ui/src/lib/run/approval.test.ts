import { describe, expect, it } from "vitest";
import { draftsOf, valuesOf } from "./approval.ts";

const SHOWN = {
  text: "Hello.",
  texts: ["one", "two"],
  number: 3,
  image: { artifact_id: "a", media_type: "image/png" },
};

describe("an approval", () => {
  it("lets texts be mended, and leaves the rest", () => {
    expect(draftsOf(SHOWN)).toEqual({ text: "Hello.", texts: "one\ntwo" });
  });

  it("sends what was mended, and nothing when nothing was", () => {
    expect(valuesOf(draftsOf(SHOWN), SHOWN)).toBeUndefined();
    expect(valuesOf({ text: "Hello!", texts: "one\ntwo" }, SHOWN)).toEqual({ text: "Hello!" });
    expect(valuesOf({ text: "Hello.", texts: "one\n\n three" }, SHOWN)).toEqual({ texts: ["one", " three"] });
  });
});
