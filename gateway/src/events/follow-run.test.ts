/** The join of replay and live under all kinds of interleaving, with a log and a channel in memory. */
import { setImmediate as turn } from "node:timers/promises";
import type { Run } from "@myspinbot/contracts/types.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { systemClock } from "../clock.ts";
import { AppError } from "../errors/app-error.ts";
import type { Event } from "./event.ts";
import type { EventHub } from "./event-hub.ts";
import type { EventLog } from "./event-log.ts";
import { followRun, type Frame } from "./follow-run.ts";
import { RunWatch } from "./run-watch.ts";

const RUN = "run_s0_01J8ZQ5J3QK2N6S7T8V9W0X1Y2";

function eventOf(seq: number, last: boolean): Event {
  return {
    seq,
    type: last ? "run.succeeded" : "node.log",
    run_id: RUN,
    at: "2026-01-01T00:00:00.000Z",
    data: {},
  };
}

/** A run whose log grows when told; messages are delivered late, or never. */
class World {
  readonly log: Event[] = [];
  readonly watches = new Set<RunWatch>();
  readonly total: number;
  away = false;
  schedule: <T>(task: Promise<T>) => Promise<T> = (task) => task;

  constructor(total: number) {
    this.total = total;
  }

  append(): void {
    if (this.log.length < this.total)
      this.log.push(eventOf(this.log.length + 1, this.log.length + 1 === this.total));
  }

  publish(seq: number): void {
    const event = this.log[seq - 1];
    if (event) for (const watch of this.watches) watch.heard(event, 50);
  }

  poll(): void {
    for (const watch of this.watches) watch.reached(this.log.length);
  }

  readonly hub: EventHub = {
    watch: () => {
      const watch: RunWatch = new RunWatch(systemClock, () => this.watches.delete(watch));
      this.watches.add(watch);
      return watch;
    },
    close: () => {},
  };

  readonly eventLog: EventLog = {
    read: async (_run, after, limit) => {
      const now = this.log.filter((event) => event.seq > after).slice(0, limit);
      await this.schedule(Promise.resolve());
      if (this.away) throw new AppError("redis-unavailable", "away");
      return now;
    },
    end: async () => {
      const end = { seq: this.log.length, ended: this.log.length === this.total };
      await this.schedule(Promise.resolve());
      return end;
    },
  };

  follower(heartbeatMs = 15_000) {
    return {
      log: this.eventLog,
      hub: this.hub,
      clock: systemClock,
      heartbeatMs,
      snapshot: async () => {
        const seq = this.log.length;
        const run = { status: seq === this.total ? "succeeded" : "running" } as Run;
        await this.schedule(Promise.resolve());
        return { seq, run };
      },
    };
  }
}

async function collect(frames: AsyncGenerator<Frame>): Promise<Frame[]> {
  const out: Frame[] = [];
  for await (const frame of frames) out.push(frame);
  return out;
}

const seqs = (frames: Frame[]) =>
  frames.flatMap((frame) => (frame.kind === "event" ? [frame.event.seq] : []));

describe("followRun", () => {
  it("shows each event exactly once and in order, whatever comes when (S6)", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 12 }),
        fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        async (scheduler, total, before, wanted, heard) => {
          const world = new World(total);
          for (let i = 0; i < Math.min(before, total); i += 1) world.append();
          const after = wanted === undefined ? undefined : Math.min(wanted, world.log.length);
          world.schedule = (task) => scheduler.schedule(task);
          for (let seq = world.log.length + 1; seq <= total; seq += 1) {
            void scheduler.schedule(Promise.resolve(), `append ${seq}`).then(() => {
              world.append();
              // Some messages are lost, some come late; the poll finds out.
              const latest = world.log.length;
              if (heard[seq % heard.length])
                void scheduler.schedule(Promise.resolve()).then(() => world.publish(latest));
              void scheduler.schedule(Promise.resolve()).then(() => world.poll());
            });
          }
          const done = collect(followRun(world.follower(), RUN, after, new AbortController().signal));
          await scheduler.waitFor(done);
          const frames = await done;
          const snapshot = frames[0]?.kind === "snapshot" ? frames[0].seq : undefined;
          const start = after ?? snapshot ?? 0;
          expect(snapshot !== undefined).toBe(after === undefined);
          expect(seqs(frames)).toEqual(Array.from({ length: total - start }, (_, i) => start + i + 1));
          expect(frames.filter((frame) => frame.kind === "gap")).toEqual([]);
          expect(world.watches.size).toBe(0);
        },
      ),
      { numRuns: 10_000, timeout: 5000 },
    );
  }, 60_000);

  it("announces what was trimmed", async () => {
    const world = new World(6);
    for (let i = 0; i < 6; i += 1) world.append();
    world.log.splice(2, 2);
    const frames = await collect(followRun(world.follower(), RUN, 0, new AbortController().signal));
    expect(frames.map((frame) => (frame.kind === "event" ? frame.event.seq : frame))).toEqual([
      1,
      2,
      { kind: "gap", seq: 4, from: 3, to: 4 },
      5,
      6,
    ]);
  });

  it("gives a snapshot and a gap to who has seen more than Redis still has", async () => {
    const world = new World(5);
    for (let i = 0; i < 3; i += 1) world.append();
    const frames = followRun(world.follower(), RUN, 9, new AbortController().signal);
    expect((await frames.next()).value).toMatchObject({ kind: "snapshot", seq: 3 });
    expect((await frames.next()).value).toEqual({ kind: "gap", seq: 3, from: 4, to: 9 });
    world.append();
    world.publish(4);
    expect((await frames.next()).value).toMatchObject({ kind: "event", event: { seq: 4 } });
    await frames.return(undefined);
    expect(world.watches.size).toBe(0);
  });

  it("ends after the snapshot of an ended run", async () => {
    const world = new World(2);
    world.append();
    world.append();
    const frames = await collect(followRun(world.follower(), RUN, undefined, new AbortController().signal));
    expect(frames.map((frame) => frame.kind)).toEqual(["snapshot"]);
  });

  it("says that it is still there, and lives through Redis being away", async () => {
    const world = new World(2);
    world.append();
    const frames = followRun(world.follower(20), RUN, 0, new AbortController().signal);
    expect((await frames.next()).value).toMatchObject({ kind: "event" });
    expect((await frames.next()).value).toEqual({ kind: "heartbeat" });
    world.away = true;
    expect((await frames.next()).value).toEqual({ kind: "heartbeat" });
    world.away = false;
    world.append();
    world.poll();
    const rest = await collect(frames);
    expect(seqs(rest)).toEqual([2]);
  });

  it("ends when the log became shorter than what it has shown", async () => {
    const world = new World(5);
    for (let i = 0; i < 4; i += 1) world.append();
    const frames = followRun(world.follower(20), RUN, 0, new AbortController().signal);
    for (let i = 0; i < 4; i += 1) await frames.next();
    world.log.splice(2, 2);
    expect(seqs(await collect(frames))).toEqual([]);
  });

  it("ends at the signal, and when the hub says goodbye", async () => {
    const world = new World(5);
    world.append();
    const stop = new AbortController();
    const first = collect(followRun(world.follower(), RUN, 0, stop.signal));
    // It has shown what there is, and listens.
    await turn();
    stop.abort();
    expect(seqs(await first)).toEqual([1]);
    const second = collect(followRun(world.follower(), RUN, 0, new AbortController().signal));
    await turn();
    world.watches.forEach((watch) => watch.end());
    expect(seqs(await second)).toEqual([1]);
    expect(world.watches.size).toBe(0);
  });

  it("does not spin when it heard of events that the log lost", async () => {
    const world = new World(9);
    for (let i = 0; i < 3; i += 1) world.append();
    let reads = 0;
    const follower = world.follower();
    const read = follower.log.read.bind(follower.log);
    follower.log = { ...follower.log, read: (...args) => ((reads += 1), read(...args)) };
    const stop = new AbortController();
    const frames = collect(followRun(follower, RUN, 0, stop.signal));
    await turn();
    for (const watch of world.watches) watch.reached(8);
    for (let turns = 0; turns < 50; turns += 1) await turn();
    stop.abort();
    expect(seqs(await frames)).toEqual([1, 2, 3]);
    expect(reads).toBeLessThan(6);
  });
});
