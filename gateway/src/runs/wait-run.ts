/** Waits for a run to end, for clients that would rather wait than follow. */
import type { Clock } from "../clock.ts";
import { AppError } from "../errors/app-error.ts";
import type { EventHub } from "../events/event-hub.ts";
import type { EventLog } from "../events/event-log.ts";

export interface Waiter {
  log: EventLog;
  hub: EventHub;
  clock: Clock;
}

/** The status is asked for at least this often, because a last message can be lost. */
const LOOK_MS = 1000;

const MOST_S = 60;

/** Seconds of `Prefer: wait=<s>`, at most 60; undefined without one. Unknown preferences are ignored (RFC 7240). */
export function preferredWait(header: string | undefined): number | undefined {
  const text = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,6})"?\s*(?:$|[,;])/i.exec(header ?? "")?.[1];
  return text === undefined ? undefined : Math.min(Number(text), MOST_S);
}

/** Whether the run has ended within `seconds`. */
export async function waitForEnd(
  { log, hub, clock }: Waiter,
  run: string,
  seconds: number,
  signal: AbortSignal,
): Promise<boolean> {
  const until = clock.now() + seconds * 1000;
  const watch = hub.watch(run);
  try {
    for (;;) {
      const end = await log.end(run);
      if (!end || end.ended) return end?.ended ?? false;
      const left = until - clock.now();
      if (left <= 0 || signal.aborted || watch.closed) return false;
      watch.forgetPromise(watch.latest, end.seq);
      await watch.changed(end.seq, Math.min(left, LOOK_MS), signal);
    }
  } catch (error) {
    // The run was accepted: that is what the client must hear, not that Redis is away now.
    if (error instanceof AppError && error.code === "redis-unavailable") return false;
    throw error;
  } finally {
    watch.close();
  }
}
