import { describe, expect, it } from "vitest";
import type { Event } from "../events/event.ts";
import type { LogEnd } from "../events/event-log.ts";
import { RunWatch } from "../events/run-watch.ts";
import { preferredWait, waitForEnd } from "./wait-run.ts";

describe("preferredWait", () => {
  it.each([
    ["wait=5", 5],
    ["respond-async, wait=10", 10],
    ["wait = 7; foo", 7],
    ['wait="3"', 3],
    ["wait=600", 60],
    ["wait=999999", 60],
    ["wait=9999999", 60],
    [`wait=${"9".repeat(400)}`, 60],
    ["wait=0060", 60],
    ["wait=0", 0],
    ["wait=5, wait=9", 5],
    ["wait=soon, wait=9", undefined],
    ["wait=5;strict", 5],
    ["WAIT=5 ; a=b , c", 5],
    ['note="say, wait=3", wait=4', 4],
    ['note="a \\", wait=3", wait=4', 4],
    ['note="wait=3', undefined],
    ["wait=-1", undefined],
    ["wait=1.5", undefined],
    ["wait=1e3", undefined],
    ["wait=5s", undefined],
    ["wait=", undefined],
    ["wait", undefined],
    ["wait=5 6", undefined],
    ['wait=""', undefined],
    ["x-wait=5", undefined],
    [`${'"'.repeat(20_000)}`, undefined],
    [`${"a,".repeat(10_000)}wait=2`, 2],
    ["Wait=2", 2],
    ["awaiting=5", undefined],
    ["wait=soon", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("reads %j", (header, seconds) => {
    expect(preferredWait(header)).toBe(seconds);
  });
});

/** Waits for a run; what its log and its channel say is said by the test, and no time passes. */
function wait() {
  const clock = { now: () => 0, elapsed: () => 0, sleep: async () => {}, after: () => () => {} };
  const watch = new RunWatch(clock, () => {});
  const questions: ((end: LogEnd) => void)[] = [];
  const end = () => new Promise<LogEnd>((resolve) => void questions.push(resolve));
  const waiter = { log: { end, read: async () => [] }, hub: { watch: () => watch, close() {} }, clock };
  const hear = (seq: number, type: Event["type"]): void =>
    watch.heard({ seq, type, run_id: "run_s0_1", at: "", data: {} }, 1);
  const answer = async (seq: number): Promise<void> => {
    questions.at(-1)!({ seq, ended: false });
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { questions, hear, answer, ended: waitForEnd(waiter, "run_s0_1", 20, new AbortController().signal) };
}

describe("who waits for a run", () => {
  it("asks for nothing more when its end was heard: it is read next", async () => {
    const { questions, hear, answer, ended } = wait();
    await answer(1);
    hear(2, "run.succeeded");
    await ended;
    expect(questions).toHaveLength(1);
  });

  it("hears the end while it asks", async () => {
    const { hear, answer, ended } = wait();
    hear(2, "run.failed");
    await answer(1);
    await ended;
  });

  it("asks again at once when something was said while it asked", async () => {
    const { questions, hear, answer, ended } = wait();
    hear(2, "node.dispatched");
    await answer(1);
    expect(questions).toHaveLength(2);
    hear(3, "run.canceled");
    await answer(2);
    await ended;
  });
});
