/** Repeats a step whose reply may be lost, for as long as that makes sense. */
import type { Clock } from "../clock.ts";
import { isUnavailable } from "../errors/redis-faults.ts";

/**
 * Calls `step` again with the same arguments while Redis is away or cannot serve, at most for `ms`. Steps are safe to run twice.
 * @throws the last error
 */
export async function withPatience<T>(clock: Clock, ms: number, step: () => Promise<T>): Promise<T> {
  const until = clock.elapsed() + ms;
  for (let pause = 50; ; pause = Math.min(pause * 2, 1000)) {
    try {
      return await step();
    } catch (error) {
      if (!isUnavailable(error) || clock.elapsed() + pause > until) throw error;
      await clock.sleep(pause);
    }
  }
}
