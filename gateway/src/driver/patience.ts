/** Repeats a step whose reply may be lost, for as long as that makes sense. */
import { isUnavailable } from "../errors/redis-faults.ts";

/**
 * Calls `step` again with the same arguments while Redis is away or cannot serve, at most for `ms`. Steps are safe to run twice.
 * @throws the last error
 */
export async function withPatience<T>(ms: number, step: () => Promise<T>): Promise<T> {
  const until = performance.now() + ms;
  for (let pause = 50; ; pause = Math.min(pause * 2, 1000)) {
    try {
      return await step();
    } catch (error) {
      if (!isUnavailable(error) || performance.now() + pause > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
