/** When a delivery is tried: about three days, ever more slowly. */

const SECONDS = 1000;
const MINUTES = 60 * SECONDS;
const HOURS = 60 * MINUTES;

/** Before each attempt, counted from the one before. As many as `webhook_attempts` of schemas/wire.json. */
export const PAUSES_MS: readonly number[] = [
  ...[0, 5 * SECONDS, 5 * MINUTES, 30 * MINUTES],
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOURS),
];

/** A receiver may ask for more time than the schedule gives, but not for more than this. */
const MOST_MS = 24 * HOURS;

/**
 * Milliseconds until the next attempt, give or take a tenth, and not before the receiver wants it.
 * @param made attempts made of this schedule, from 1
 * @param askedMs what the receiver asked for
 */
export function pauseAfter(made: number, askedMs: number, random: () => number): number {
  const planned = PAUSES_MS[Math.min(made, PAUSES_MS.length - 1)]! * (0.9 + 0.2 * random());
  return Math.round(Math.max(planned, Math.min(askedMs, MOST_MS)));
}
