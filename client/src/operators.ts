/** What operators ask: who shall take tasks, how much there is of what, and dead letters. */
import type { Operations } from "@myspinbot/contracts/routes.ts";
import type {
  DeadLetter,
  DeadLetterPage,
  Executor,
  ExecutorProbe,
  Overview,
} from "@myspinbot/contracts/types.ts";
import type { Caller } from "./caller.ts";
import type { Asking } from "./runs.ts";

export interface ProbeOptions extends Asking {
  /** Answer when the executor has announced what it found, or after so many seconds; at most 60. */
  waitS?: number;
}

export interface Operators {
  /** It takes no more tasks and finishes what it holds. */
  drain(executor_id: string, options?: Asking): Promise<Executor>;
  /** It takes tasks again. */
  undrain(executor_id: string, options?: Asking): Promise<Executor>;
  /** Its engines are asked anew. */
  probe(executor_id: string, options?: ProbeOptions): Promise<ExecutorProbe>;
  overview(options?: Asking): Promise<Overview>;
  /** One page, newest first, without what the letters said. */
  deadLetters(query?: Operations["listDeadLetters"]["query"], options?: Asking): Promise<DeadLetterPage>;
  /** With what it said. */
  deadLetter(dead_letter_id: string, options?: Asking): Promise<DeadLetter>;
  /** Puts it back to where it came from. @throws ApiError `dead-letter-not-found` also when it was put back before */
  redrive(dead_letter_id: string, options?: Asking): Promise<void>;
}

export function createOperators(caller: Caller): Operators {
  const { timeoutMs } = caller.settings;
  return {
    drain: (executor_id, { signal } = {}) =>
      caller.call("drainExecutor", { path: { executor_id }, repeatable: true, signal }),
    undrain: (executor_id, { signal } = {}) =>
      caller.call("undrainExecutor", { path: { executor_id }, signal }),
    probe: (executor_id, { waitS, signal } = {}) =>
      caller.call("probeExecutor", {
        path: { executor_id },
        query: waitS === undefined ? {} : { wait: waitS },
        repeatable: true,
        timeoutMs: timeoutMs + (waitS ?? 0) * 1000,
        signal,
      }),
    overview: ({ signal } = {}) => caller.call("getOverview", { signal }),
    deadLetters: (query = {}, { signal } = {}) => caller.call("listDeadLetters", { query, signal }),
    deadLetter: (dead_letter_id, { signal } = {}) =>
      caller.call("getDeadLetter", { path: { dead_letter_id }, signal }),
    async redrive(dead_letter_id, { signal } = {}) {
      await caller.call("redriveDeadLetter", { path: { dead_letter_id }, signal });
    },
  };
}
