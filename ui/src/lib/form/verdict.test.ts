/** What is said of a file before its run is sent. */
import type { Capabilities, Problem } from "@myspinbot/contracts/types.ts";
import { describe, expect, it } from "vitest";
import { canTry, verdictOf } from "./verdict.ts";

const fault = (code: string, kind: Problem["class"]): Problem => ({
  ...{ type: "", title: "No face was found in the portrait", status: 422, code, class: kind },
  detail: "no face was found in the picture",
});

describe("the verdict on a file", () => {
  it("is the words of the node that refused it", () => {
    expect(verdictOf({ status: "failed", error: fault("no-face", "permanent") })).toEqual({
      ...{ fits: false, title: "No face was found in the portrait" },
      detail: "no face was found in the picture",
    });
    expect(verdictOf({ status: "succeeded" })).toEqual({ fits: true });
  });

  it.each([
    ["failed", fault("engine-unavailable", "permanent")],
    ["failed", fault("out-of-memory", "retryable")],
    ["failed", fault("task-lost", "lost")],
    ["expired", fault("start-deadline", "deadline")],
    ["canceled", undefined],
  ] as const)("is none when a box could not say: %s, %o", (status, error) => {
    expect(verdictOf({ status, ...(error === undefined ? {} : { error }) })).toBeUndefined();
  });
});

describe("a trial", () => {
  const with_ = (online: number, available: boolean): Capabilities =>
    ({
      node_types: [{ type: "looks", executors_online: online, engines: [{ name: "eye", available }] }],
    }) as unknown as Capabilities;

  it("needs a box that can", () => {
    expect(canTry("looks", undefined)).toBe(false);
    expect(canTry("hears", with_(1, true))).toBe(false);
    expect(canTry("looks", with_(0, true))).toBe(false);
    expect(canTry("looks", with_(1, false))).toBe(false);
    expect(canTry("looks", with_(1, true))).toBe(true);
  });
});
