/** Follows a run from any point of its log to its end: replay, then live, each event exactly once and in order. */
import type { Run } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import type { Clock } from "../clock.ts";
import { AppError } from "../errors/app-error.ts";
import { isEnd, type Event } from "./event.ts";
import type { EventHub } from "./event-hub.ts";
import { isTerminal, type EventLog } from "./event-log.ts";
import type { RunWatch } from "./run-watch.ts";

/** What a follower sees. `snapshot` and `gap` are no events: they have no number of their own in the log. */
export type Frame =
  | { kind: "event"; event: Event }
  | { kind: "snapshot"; seq: number; run: Run }
  /** The events `from`..`to` are not there any more; `seq` is where to go on from. */
  | { kind: "gap"; seq: number; from: number; to: number }
  | { kind: "heartbeat" };

export interface Follower {
  log: EventLog;
  hub: EventHub;
  clock: Clock;
  /** The run as it is, with the number of its last event. */
  snapshot(run: string): Promise<{ seq: number; run: Run } | undefined>;
  heartbeatMs?: number;
}

const PAGE = 200;
/** How long to wait before Redis is asked again after it was away. */
const AWAY_MS = 1000;

/**
 * Yields frames until the terminal event, the end of the hub or the signal. Without `after` it begins with a snapshot.
 * Redis being away in between shows as heartbeats only.
 */
export async function* followRun(
  follower: Follower,
  run: string,
  after: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<Frame> {
  // Listening begins before the first look at the log, so that nothing falls between the two.
  const watch = follower.hub.watch(run);
  try {
    const start = yield* begin(follower, run, after);
    if (start !== undefined) yield* live({ follower, run, watch, signal }, start);
  } finally {
    watch.close();
  }
}

/** The first frames; the seq to go on from, or undefined when nothing will follow. */
async function* begin(
  { log, snapshot }: Follower,
  run: string,
  after: number | undefined,
): AsyncGenerator<Frame, number | undefined> {
  const end = await log.end(run);
  if (!end) return undefined;
  if (end.ended && after === end.seq) return undefined;
  if (after !== undefined && after <= end.seq) return after;
  const now = await snapshot(run);
  if (!now) return undefined;
  yield { kind: "snapshot", ...now };
  // The client has seen events that Redis lost in a crash.
  if (after !== undefined && after > now.seq)
    yield { kind: "gap", seq: now.seq, from: now.seq + 1, to: after };
  // It may have ended since its end was asked for.
  return isTerminal(now.run.status) ? undefined : now.seq;
}

/** One follower at one run. */
interface Following {
  follower: Follower;
  run: string;
  watch: RunWatch;
  signal: AbortSignal;
}

async function* live({ follower, run, watch, signal }: Following, start: number): AsyncGenerator<Frame> {
  const { clock, heartbeatMs = DEFAULTS.heartbeat_ms } = follower;
  let last = start;
  let spoken = clock.now();
  while (!signal.aborted && !watch.closed) {
    const promised = watch.latest;
    const events = await next(follower, run, last, watch);
    if (events === "away") {
      yield { kind: "heartbeat" };
      await clock.sleep(AWAY_MS, signal);
      continue;
    }
    for (const event of events) {
      if (event.seq > last + 1) yield { kind: "gap", seq: event.seq - 1, from: last + 1, to: event.seq - 1 };
      yield { kind: "event", event };
      last = event.seq;
      if (isEnd(event)) return;
    }
    if (events.length > 0) {
      spoken = clock.now();
      continue;
    }
    watch.forgetPromise(promised, last);
    await watch.changed(last, Math.max(spoken + heartbeatMs - clock.now(), 0), signal);
    if (clock.now() - spoken < heartbeatMs) continue;
    if (await isOver(follower, run, last)) return;
    yield { kind: "heartbeat" };
    spoken = clock.now();
  }
}

/** What follows `last`: heard if it joins on, else from the log. */
async function next(
  { log }: Follower,
  run: string,
  last: number,
  watch: RunWatch,
): Promise<Event[] | "away"> {
  const heard = watch.take(last);
  if (heard.length > 0) return heard;
  return orAway(log.read(run, last, PAGE));
}

/** The run was deleted, or Redis lost what this follower has already seen: the client asks anew. */
async function isOver({ log }: Follower, run: string, last: number): Promise<boolean> {
  const end = await orAway(log.end(run));
  return end !== "away" && (!end || end.seq < last || (end.ended && end.seq === last));
}

async function orAway<T>(reply: Promise<T>): Promise<T | "away"> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof AppError && error.code === "redis-unavailable") return "away";
    throw error;
  }
}
