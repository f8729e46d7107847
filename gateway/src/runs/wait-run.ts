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

/**
 * Seconds of `Prefer: wait=<s>` (RFC 7240), at most 60; undefined without one. What is no whole number of seconds is
 * ignored, as unknown preferences are; of several only the first counts.
 */
export function preferredWait(header: string | undefined): number | undefined {
  // Quoted texts and parameters may hold commas; each preference ends at a comma outside of quotes.
  for (const preference of (header ?? "").match(/(?:[^",]|"(?:[^"\\]|\\.)*"?)+/g) ?? []) {
    const [, value] = /^\s*wait\s*(?:=\s*([^;]*))?(?:;|$)/i.exec(preference) ?? [];
    if (value === undefined) continue;
    const digits = /^(?:(\d+)|"(\d+)")$/.exec(value.trim());
    return digits ? Math.min(Number(digits[1] ?? digits[2]), MOST_S) : undefined;
  }
  return undefined;
}

/** Resolves when the run has ended or is gone, when `seconds` have passed, or when nothing can be heard of it. */
export async function waitForEnd(
  { log, hub, clock }: Waiter,
  run: string,
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
  const until = clock.now() + seconds * 1000;
  const watch = hub.watch(run);
  try {
    for (;;) {
      const promised = watch.latest;
      const end = await log.end(run);
      // Who waits reads the run next, so the log need not be asked what was heard.
      if (!end || end.ended || watch.saysEnd) return;
      const left = until - clock.now();
      if (left <= 0 || signal.aborted || watch.closed) return;
      watch.forgetPromise(promised, end.seq);
      await watch.changed(end.seq, Math.min(left, LOOK_MS), signal);
      if (watch.saysEnd) return;
    }
  } catch (error) {
    // The run was accepted: that is what the client must hear, not that Redis is away now.
    if (error instanceof AppError && error.code === "redis-unavailable") return;
    throw error;
  } finally {
    watch.close();
  }
}
