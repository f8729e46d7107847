/** What somebody is told of a run that waits, and to do about one that failed. */
import { describe, expect, it } from "vitest";
import type { RunView } from "./run-view.ts";
import { adviceOn, sentenceOf } from "./sentences.ts";

describe("a run that is not begun", () => {
  const REASON = "The voice is being mended.";
  it.each([
    [undefined, "It begins in a moment."],
    [{ matching_executors: 0 }, "No box takes work now. The run waits for one."],
    [{ matching_executors: 1 }, "It begins in a moment."],
    [{ matching_executors: 1, position: 0, eta_s: 20 }, "It is next. About 20 s to wait."],
    [{ matching_executors: 1, position: 1 }, "1 task before it."],
    [
      { matching_executors: 1, position: 2, eta_s: 80, ends_in_s: 130 },
      "2 tasks before it. About 1 min 20 s to wait. Done in about 2 min 10 s.",
    ],
    [
      { matching_executors: 1, waiting_for: [{ node_id: "a", type: "t", reason: REASON }] },
      `Waiting: ${REASON}`,
    ],
  ])("says how long it will wait: %j", (queue, sentence) => {
    const view = (status: string) => ({ run: { status, queue }, nodes: [] }) as unknown as RunView;
    expect(sentenceOf(view("queued"))).toBe(sentence);
    // Between two nodes it waits like that, too.
    expect(sentenceOf(view("running"))).toBe(sentence);
  });
});

describe("a run that is worked on", () => {
  it.each([
    [undefined, "It is being made."],
    // Where it stands in a queue says nothing of it any more.
    [{ matching_executors: 1, position: 2, eta_s: 80 }, "It is being made."],
    [{ matching_executors: 1, ends_in_s: 130 }, "It is being made. Done in about 2 min 10 s."],
  ])("says when it will be there, as far as that is known: %j", (queue, sentence) => {
    const run = { status: "running", queue };
    expect(sentenceOf({ run, nodes: [{ status: "running" }] } as unknown as RunView)).toBe(sentence);
  });
});

describe("advice on a failure", () => {
  it.each([
    ["start-deadline", "deadline", /^No box took it/],
    ["approval-deadline", "deadline", /^Nobody answered/],
    ["approval-rejected", "permanent", /^Somebody said no/],
    ["run-deadline", "deadline", /^It took longer/],
    ["invalid-image", "permanent", /unless the input is changed/],
    ["lease-lost", "lost", /went away/],
  ] as const)("on %s (%s) is about that", (code, which, advice) => {
    expect(adviceOn({ code, class: which })).toMatch(advice);
  });
});
