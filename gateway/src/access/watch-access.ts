/** Looks again and again whether somebody may still see what is open for them. */
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import type { Clock } from "../clock.ts";
import { AppError } from "../errors/app-error.ts";

export interface AccessWatch {
  /** Aborts when they may not any more. */
  ended: AbortSignal;
  stop: () => void;
}

/** Somebody who waits for an answer. */
export interface Asking {
  /** Throws when they may not any more. */
  recheck: () => Promise<unknown>;
  /** Aborted when they are gone. */
  signal: AbortSignal;
  clock: Pick<Clock, "after">;
}

/** Whether Redis is away says nothing about them. */
const LOST = "unauthorized";
/** What is read of a key is as old as that at most: together they stay below five seconds. */
const EVERY_MS = 4500 - DEFAULTS.key_cache_ms;

/**
 * Waits for what somebody wants to know, no longer than they may know it.
 * @param find ends early when its signal is aborted
 * @returns what was found, unless they may not be told any more
 */
export async function whileAllowed<Found>(
  { recheck, signal, clock }: Asking,
  find: (signal: AbortSignal) => Promise<Found>,
): Promise<Found | undefined> {
  const { ended, stop } = watchAccess(recheck, clock);
  try {
    const found = await find(AbortSignal.any([signal, ended]));
    return ended.aborted ? undefined : found;
  } finally {
    stop();
  }
}

/** @param recheck throws when they may not any more */
export function watchAccess(recheck: () => Promise<unknown>, clock: Pick<Clock, "after">): AccessWatch {
  const ended = new AbortController();
  let callOff = (): void => {};
  let stopped = false;
  const look = async (): Promise<void> => {
    try {
      await recheck();
    } catch (error) {
      if (error instanceof AppError && error.code === LOST) ended.abort();
    }
    if (!stopped && !ended.signal.aborted) callOff = clock.after(EVERY_MS, () => void look());
  };
  callOff = clock.after(EVERY_MS, () => void look());
  return {
    ended: ended.signal,
    stop() {
      stopped = true;
      callOff();
    },
  };
}
