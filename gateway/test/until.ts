/** Waits for something to come true, in tests only. */
import { setTimeout as delay } from "node:timers/promises";

/** Asks every 10 ms and answers the first truthy answer. */
export async function until<T>(condition: () => Promise<T>, ms = 30_000): Promise<NonNullable<T>> {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await condition();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`it did not come true: ${condition.toString()}`);
    await delay(10);
  }
}
