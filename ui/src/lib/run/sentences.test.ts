/** What somebody is told to do about a failure. */
import { describe, expect, it } from "vitest";
import { adviceOn } from "./sentences.ts";

describe("advice on a failure", () => {
  it.each([
    ["start-deadline", "deadline", /^No box took it/],
    ["approval-deadline", "deadline", /^Nobody answered/],
    ["run-deadline", "deadline", /^It took longer/],
    ["invalid-image", "permanent", /unless the input is changed/],
    ["lease-lost", "lost", /went away/],
  ] as const)("on %s (%s) is about that", (code, which, advice) => {
    expect(adviceOn({ code, class: which })).toMatch(advice);
  });
});
