import { setImmediate as heard } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import type { Clock } from "../../../clock.ts";
import type { HandlerCall, Outcome } from "../../../executor/handler-host.ts";
import { createThreadPool, type ThreadPool } from "./thread-pool.ts";

const DONE: Outcome = { kind: "done", text: "{}" };
const CALL = { stopped: new AbortController().signal } as HandlerCall;

/** Time that stands still between steps. */
let now = 0;
let timers: { due: number; work: () => void }[] = [];
const clock = {
  elapsed: () => now,
  after(ms: number, work: () => void) {
    const timer = { due: now + ms, work };
    timers.push(timer);
    return () => void (timers = timers.filter((one) => one !== timer));
  },
} as Clock;

async function pass(ms: number): Promise<void> {
  for (const end = now + ms; now < end;) {
    now += 1;
    for (const timer of timers.filter(({ due }) => due <= now)) {
      timers = timers.filter((one) => one !== timer);
      timer.work();
    }
    await heard();
    await heard();
  }
}

/** What was done in threads and is not finished yet. */
let finish: (() => void)[] = [];
/** How often a thread was started and ended. */
let started = 0;
let ended = 0;

function open(most: number, { starts = 2, starting = Promise.resolve() } = {}): ThreadPool {
  const start = () => {
    started += 1;
    return {
      started: starting,
      isUsable: () => true,
      run: () => new Promise<Outcome>((resolve) => void finish.push(() => resolve(DONE))),
      end: async () => void (ended += 1),
    };
  };
  return createThreadPool({ start, most, starts, clock });
}

const callTimes = (pool: ThreadPool, times: number) =>
  Array.from({ length: times }, () => pool.run(CALL, "run"));

/** The one that was begun first is over. */
async function finishOne(): Promise<void> {
  finish.shift()!();
  await heard();
}

beforeEach(() => {
  [now, timers, finish, started, ended] = [0, [], [], 0, 0];
});

describe("a pool of threads", () => {
  it("has one for calls that come and go quickly, however many wait", async () => {
    const calls = callTimes(open(16), 20);
    for (const _ of calls) {
      await pass(20);
      await finishOne();
    }
    expect(await Promise.all(calls)).toHaveLength(20);
    expect(started).toBe(1);
  });

  it("gets another where nobody is served, and as many as may be where all stand still", async () => {
    void callTimes(open(5), 20);
    await pass(10);
    expect(started).toBe(1);
    await pass(50);
    expect(started).toBe(2);
    await pass(1000);
    expect([started, finish.length]).toEqual([5, 5]);
  });

  it("gets another for one who waits long although others are served", async () => {
    void callTimes(open(16), 60);
    for (let ms = 0; ms < 540; ms += 20) {
      await pass(20);
      await finishOne();
    }
    expect(started).toBe(2);
  });

  it("starts no more at once than there are cores", async () => {
    void callTimes(open(16, { starts: 3, starting: new Promise(() => {}) }), 20);
    await pass(5000);
    expect(started).toBe(3);
  });

  it("waits as long as a start took, within bounds, before it starts another", async () => {
    const slow = Promise.withResolvers<void>();
    void callTimes(open(16, { starts: 1, starting: slow.promise }), 3);
    await pass(400);
    slow.resolve();
    await pass(90);
    expect(started).toBe(1);
    await pass(60);
    expect(started).toBe(2);
  });

  it("ends those that nobody needed for a while, but not those that are warm", async () => {
    const pool = open(8);
    const calls = callTimes(pool, 5);
    await pass(1000);
    expect(started).toBe(5);
    for (const _ of calls) await finishOne();
    await pass(9_000);
    // Work that needs one keeps one.
    const call = pool.run(CALL, "run");
    await heard();
    await finishOne();
    await call;
    await pass(2_000);
    expect(ended).toBe(3);
    await pass(60_000);
    expect([started, ended]).toEqual([5, 3]);
  });

  it("starts none once it is closed", async () => {
    const pool = open(8);
    void callTimes(pool, 5);
    await heard();
    pool.close();
    await pass(5000);
    expect([started, ended]).toEqual([1, 1]);
  });
});
