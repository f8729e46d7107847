/** A signal for one call of a handler: aborted when its time is over or when the whole task stops. */
import type { Clock } from "../clock.ts";
import { toProblem } from "../errors/problem.ts";
import type { HandlerCall, Outcome } from "./handler-host.ts";

export interface TimeLimit {
  readonly signal: AbortSignal;
  /** What ended the call early. */
  outcome(): Outcome;
  clear(): void;
}

export const STOPPED: Outcome = {
  kind: "refused",
  problem: toProblem("canceled", "The task was stopped."),
};

export function limitTime({ timeoutMs, stopped, about }: HandlerCall, clock: Clock): TimeLimit {
  const time = new AbortController();
  const callOff = clock.after(timeoutMs, () => time.abort());
  const late = `The node ${about.nodeId} did not end within ${timeoutMs / 1000} s.`;
  return {
    signal: AbortSignal.any([time.signal, stopped]),
    outcome: () =>
      time.signal.aborted ? { kind: "refused", problem: toProblem("node-timeout", late) } : STOPPED,
    clear: callOff,
  };
}
