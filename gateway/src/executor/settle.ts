/** Sends the last word about a task until Redis answers; settle.py is its twin. */
import type { Clock } from "../clock.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Backoff } from "./backoff.ts";
import type { Ending, Steps } from "./steps.ts";

export interface SettleCall {
  steps: Steps;
  shard: string;
  task: string;
  ending: Ending;
  backoff: Backoff;
  clock: Clock;
  logger: Logger;
  /** Aborted when there is no right to the task any more. */
  gaveUp: AbortSignal;
}

/** The answer, or null when it was given up. Repeating is safe: the second call finds the task closed. */
export async function settleTask(call: SettleCall): Promise<"ok" | "closed" | null> {
  const { steps, shard, task, ending, backoff, clock, logger, gaveUp } = call;
  while (!gaveUp.aborted) {
    try {
      const answer = await steps.settle(shard, task, ending);
      logger.info("task ended", { outcome: ending.outcome, answer });
      return answer;
    } catch (error) {
      logger.warn("settle not answered", { error });
      await clock.sleep(backoff.next(), gaveUp);
    }
  }
  return null;
}
