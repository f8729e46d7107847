import { describe, expect, it } from "vitest";
import { failureOf } from "./failure.ts";

describe("what the browser could not show", () => {
  it.each([
    [404, 1, "gone"],
    [410, 3, "gone"],
    // The token has ended: with a fresh one it goes well.
    [401, 1, "again"],
    [403, 1, "again"],
    [401, 2, "later"],
    // The gateway is away, and what it has is not gone.
    [0, 1, "later"],
    [0, 9, "later"],
    [429, 1, "later"],
    [503, 2, "later"],
    // It was cut on the way, or it is nothing that the browser knows.
    [206, 1, "again"],
    [206, 2, "strange"],
    [200, 2, "strange"],
    [416, 2, "strange"],
  ])("and whose address answers %i is, at try %i, %s", (status, tries, failure) => {
    expect(failureOf(status, tries)).toBe(failure);
  });
});
