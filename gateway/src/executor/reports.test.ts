import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { EXECUTOR } from "@myspinbot/contracts/wire.ts";
import { systemClock } from "../clock.ts";
import { createReports, type Reports } from "./reports.ts";
import type { ReportItem } from "@myspinbot/contracts/steps.ts";
import type { Batch } from "./steps.ts";

const HOLD_MS = EXECUTOR.note_hold_ms;
const RETRY_MS = 10;

type Answer = "ok" | "cancel" | "closed";

/** Calls that wait for the test to answer them. */
let calls: { batch: Batch; answer(answer: Answer): Promise<void>; fail(): Promise<void> }[];
let stops: string[];
let reports: Reports;

beforeEach(() => {
  vi.useFakeTimers();
  calls = [];
  stops = [];
  reports = createReports({
    send(batch) {
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      const settled = () => vi.advanceTimersByTimeAsync(0).then(() => {});
      calls.push({
        batch,
        answer: (answer) => (resolve(answer), settled()),
        fail: () => (reject(new Error("lost")), settled()),
      });
      return promise;
    },
    onStop: (answer) => stops.push(answer),
    onFailure() {},
    backoff: { next: () => RETRY_MS, reset() {} },
    clock: systemClock,
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const item = (name: string): ReportItem => ({ kind: "note", node: name, type: "node.log", body: "{}" });
const sent = (call: number) => ({
  first: calls[call]!.batch.first,
  nodes: calls[call]!.batch.items.map(({ node }) => node),
});

it("holds notes back, so that a short task needs no call", async () => {
  reports.add(item("a"));
  vi.advanceTimersByTime(HOLD_MS - 1);
  expect(calls).toHaveLength(0);
  const rest = await reports.close();
  expect(rest).toEqual({ first: 1, items: [item("a")] });
  vi.advanceTimersByTime(HOLD_MS);
  expect(calls).toHaveLength(0);
});

it("sends held notes together when their time is over", () => {
  reports.add(item("a"));
  vi.advanceTimersByTime(HOLD_MS - 10);
  reports.add(item("b"));
  vi.advanceTimersByTime(10);
  expect(sent(0)).toEqual({ first: 1, nodes: ["a", "b"] });
});

it("has one call in flight; what piles up goes together in the next, numbered on", async () => {
  reports.add(item("a"));
  reports.flush();
  for (const name of ["b", "c", "d"]) {
    reports.add(item(name));
    reports.flush();
  }
  vi.advanceTimersByTime(10 * HOLD_MS);
  expect(calls).toHaveLength(1);
  await calls[0]!.answer("ok");
  expect(sent(1)).toEqual({ first: 2, nodes: ["b", "c", "d"] });
});

it("sends no more in one call than a server should be kept busy with, but at least one item", async () => {
  const half = { ...item("half"), body: "é".repeat(EXECUTOR.report_bytes / 4) };
  const large = { ...item("large"), body: "x".repeat(EXECUTOR.report_bytes + 1) };
  for (const each of [half, half, item("small"), large]) reports.add(each);
  vi.advanceTimersByTime(HOLD_MS);
  expect(sent(0)).toEqual({ first: 1, nodes: ["half", "half"] });
  await calls[0]!.answer("ok");
  expect(sent(1)).toEqual({ first: 3, nodes: ["small"] });
  await calls[1]!.answer("ok");
  expect(sent(2)).toEqual({ first: 4, nodes: ["large"] });
});

it("sends a call without answer again under the same numbers, with what came since", async () => {
  reports.add(item("a"));
  reports.flush();
  await calls[0]!.fail();
  reports.add(item("b"));
  vi.advanceTimersByTime(RETRY_MS);
  expect(sent(1)).toEqual({ first: 1, nodes: ["a", "b"] });
  await calls[1]!.answer("ok");
  reports.add(item("c"));
  reports.flush();
  expect(sent(2)).toEqual({ first: 3, nodes: ["c"] });
});

it("tells when what was added so far has been taken, not before and not later", async () => {
  const heard: string[] = [];
  reports.add(item("a"));
  void reports.told().then(() => heard.push("a"));
  reports.add(item("b"));
  void reports.told().then(() => heard.push("b"));
  expect(sent(0)).toEqual({ first: 1, nodes: ["a"] });
  await calls[0]!.fail();
  expect(heard).toEqual([]);
  vi.advanceTimersByTime(RETRY_MS);
  reports.add(item("c"));
  expect(sent(1)).toEqual({ first: 1, nodes: ["a", "b"] });
  await calls[1]!.answer("ok");
  expect(heard).toEqual(["a", "b"]);
});

it("leaves nobody waiting when it closes", async () => {
  reports.add(item("a"));
  const told = reports.told();
  await calls[0]!.fail();
  await reports.close();
  await told;
  await reports.told();
});

it("hands over what no answer has confirmed when it closes, after the call in flight", async () => {
  reports.add(item("a"));
  reports.flush();
  reports.add(item("b"));
  const closing = reports.close();
  await calls[0]!.fail();
  expect(await closing).toEqual({ first: 1, items: [item("a"), item("b")] });
  reports.add(item("c"));
  vi.advanceTimersByTime(10 * HOLD_MS);
  expect(calls).toHaveLength(1);
});

it.each(["cancel", "closed"] as const)("passes on that the task is to stop: %s", async (answer) => {
  reports.add(item("a"));
  reports.flush();
  await calls[0]!.answer(answer);
  expect(stops).toEqual([answer]);
});
