import { describe, expect, it } from "vitest";
import { systemClock } from "../clock.ts";
import type { Event } from "./event.ts";
import { RunWatch } from "./run-watch.ts";

const event = (seq: number): Event => ({ seq, type: "node.log", run_id: "run_s0_X", at: "", data: {} });
const seqs = (events: Event[]) => events.map(({ seq }) => seq);

describe("RunWatch", () => {
  it("hands over what follows without a gap, and forgets the rest", () => {
    const watch = new RunWatch(systemClock, () => {});
    for (const seq of [3, 4, 5, 7]) watch.heard(event(seq), 10);
    expect(seqs(watch.take(3))).toEqual([4, 5]);
    expect(seqs(watch.take(5))).toEqual([]);
    expect(watch.latest).toBe(7);
  });

  it("does not hand over what was heard twice twice", () => {
    const watch = new RunWatch(systemClock, () => {});
    for (const seq of [1, 1, 2, 2]) watch.heard(event(seq), 10);
    expect(seqs(watch.take(0))).toEqual([1, 2]);
  });

  it("keeps 64 KiB at most, and still tells that there is more", async () => {
    const watch = new RunWatch(systemClock, () => {});
    for (let seq = 1; seq <= 100; seq += 1) watch.heard(event(seq), 1000);
    expect(seqs(watch.take(0))).toEqual([]);
    await watch.changed(50, 60_000);
  });

  it("wakes at news, at the end of the time, at the signal and at the end", async () => {
    const watch = new RunWatch(systemClock, () => {});
    const news = watch.changed(0, 60_000);
    watch.reached(1);
    await news;
    await watch.changed(1, 5);
    const stop = new AbortController();
    const aborted = watch.changed(1, 60_000, stop.signal);
    stop.abort();
    await aborted;
    const ended = watch.changed(1, 60_000);
    watch.end();
    await ended;
    expect(watch.closed).toBe(true);
  });
});
