/** What each answer of a receiver means. */
import { describe, expect, it } from "vitest";
import { judgeAnswer } from "./verdict.ts";

const NOW = Date.parse("2026-11-30T10:00:00.000Z");

describe("an answer", () => {
  it.each([
    [200, "delivered"],
    [201, "delivered"],
    [204, "delivered"],
    [299, "delivered"],
    [301, "failed"],
    [302, "failed"],
    [304, "failed"],
    [308, "failed"],
    [400, "failed"],
    [401, "failed"],
    [404, "failed"],
    [409, "failed"],
    [410, "disabled"],
    [429, "failed"],
    [500, "failed"],
    [503, "failed"],
    [599, "failed"],
    [999, "failed"],
  ])("of %i means %s", (status, outcome) => {
    const verdict = judgeAnswer(status, undefined, NOW);
    expect(verdict.outcome).toBe(outcome);
    expect(verdict.error === undefined).toBe(outcome === "delivered");
  });

  it.each([
    [429, "120", 120_000],
    [503, " 7 ", 7000],
    [502, "Mon, 30 Nov 2026 10:01:00 GMT", 60_000],
    [504, "Mon, 30 Nov 2026 09:00:00 GMT", 0],
    [503, "-5", 0],
    [503, "1e9", 0],
    [503, "soon", 0],
    [503, "99999999999999999999", 0],
    [503, undefined, 0],
    [500, "120", 0],
    [200, "120", 0],
  ])("of %i with Retry-After %s asks for %i ms", (status, retryAfter, ms) => {
    expect(judgeAnswer(status, retryAfter, NOW).askedMs).toBe(ms);
  });
});
