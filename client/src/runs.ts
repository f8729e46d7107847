/** Runs: submit, read, list, follow, cancel, remove. */
import type { Operations } from "@myspinbot/contracts/routes.ts";
import type {
  Artifact,
  Event,
  EventPage,
  Run,
  RunCreate,
  RunFork,
  RunPage,
  RunResume,
  RunSummary,
  RunToken,
} from "@myspinbot/contracts/types.ts";
import type { Caller } from "./caller.ts";
import { type FollowOptions, followRun } from "./follow.ts";
import type { Frame } from "./frames.ts";
import { allOf } from "./pages.ts";

export interface Asking {
  signal?: AbortSignal | undefined;
}

export interface SubmitOptions extends Asking {
  /**
   * The same key with the same body gives the same run. A fresh one by default, so that a request whose answer was lost
   * can be sent again; null sends none, and such a request is sent once.
   */
  idempotencyKey?: string | null;
  /** Answer when the run has ended, or after so many seconds; at most 60. */
  waitS?: number;
}

export interface CancelOptions extends Asking {
  /** Answer when the run is canceled, or after so many seconds; at most 60. */
  waitS?: number;
}

export interface KeyedOptions extends Asking {
  /** The same body with the same key counts once. A fresh key by default, as for `submit`. */
  idempotencyKey?: string | null;
}

export interface WatchOptions extends FollowOptions {
  onFrame?: (frame: Frame) => void;
}

export interface Runs {
  submit(run: RunCreate, options?: SubmitOptions): Promise<Run>;
  get(run_id: string, options?: Asking): Promise<Run>;
  /** One page, newest first. */
  list(query?: Operations["listRuns"]["query"], options?: Asking): Promise<RunPage>;
  /** All pages. */
  all(query?: Operations["listRuns"]["query"], options?: Asking): AsyncGenerator<RunSummary>;
  /** Frames as they come, until the run has ended. */
  follow(run_id: string, options?: FollowOptions): AsyncGenerator<Frame>;
  /** Follows from the first event on unless told otherwise. @returns the run after its end */
  watch(run_id: string, options?: WatchOptions): Promise<Run>;
  /** One page of the log. */
  events(run_id: string, query?: Operations["followRun"]["query"], options?: Asking): Promise<EventPage>;
  /** The log as it is now, all pages. */
  history(run_id: string, options?: Asking): AsyncGenerator<Event>;
  /** One page of the lines that nodes have logged. */
  logs(run_id: string, query?: Operations["listLogs"]["query"], options?: Asking): Promise<EventPage>;
  artifacts(run_id: string, options?: Asking): Promise<Artifact[]>;
  /**
   * From its answer on the run ends as canceled and in no other way; it is `canceling` until nobody works on it any more.
   * @throws ApiError `run-finished` when it has ended otherwise
   */
  cancel(run_id: string, options?: CancelOptions): Promise<Run>;
  /**
   * Answers an approval node that waits; `nodes[].approval` of the run says what it shows. The first answer counts.
   * @throws ApiError `already-answered`, `answer-too-late`, `not-waiting`, `invalid-answer` ...
   */
  resume(run_id: string, answer: RunResume, options?: KeyedOptions): Promise<Run>;
  /** Starts a new run that does a node again and takes over what does not hang on it or on what is changed. */
  fork(run_id: string, fork: RunFork, options?: KeyedOptions): Promise<Run>;
  /** For `?token=` of this run, its events and its artifacts, where headers cannot be sent: reads them for some minutes. */
  token(run_id: string, options?: Asking): Promise<RunToken>;
  /** Removes a run that has ended, with its bytes. */
  delete(run_id: string, options?: Asking): Promise<void>;
}

export function createRuns(caller: Caller): Runs {
  const { runtime, timeoutMs } = caller.settings;
  const runs: Runs = {
    submit(body, { idempotencyKey = runtime.newKey(), waitS, signal } = {}) {
      return caller.call("createRun", {
        body,
        headers: {
          ...(idempotencyKey === null ? {} : { "Idempotency-Key": idempotencyKey }),
          ...(waitS === undefined ? {} : { Prefer: `wait=${waitS}` }),
        },
        repeatable: idempotencyKey !== null,
        timeoutMs: timeoutMs + (waitS ?? 0) * 1000,
        signal,
      });
    },
    get: (run_id, { signal } = {}) => caller.call("getRun", { path: { run_id }, signal }),
    list: (query = {}, { signal } = {}) => caller.call("listRuns", { query, signal }),
    all: (query = {}, options) =>
      allOf(
        (cursor) => runs.list({ ...query, ...(cursor === undefined ? {} : { cursor }) }, options),
        (page) => page.runs,
      ),
    follow: (run_id, options = {}) => followRun(caller, run_id, options),
    async watch(run_id, { onFrame, after = 0, signal, onPause } = {}) {
      for await (const frame of runs.follow(run_id, { after, signal, onPause })) onFrame?.(frame);
      return runs.get(run_id, { signal });
    },
    events: (run_id, query = {}, { signal } = {}) =>
      caller.call("followRun", { path: { run_id }, query, accept: "application/json", signal }),
    async *history(run_id, options) {
      for (let after = 0; ;) {
        const page = await runs.events(run_id, { after }, options);
        yield* page.events;
        if (page.events.length === 0) return;
        after = page.next_after;
      }
    },
    logs: (run_id, query = {}, { signal } = {}) =>
      caller.call("listLogs", { path: { run_id }, query, signal }),
    async artifacts(run_id, { signal } = {}) {
      return (await caller.call("listArtifacts", { path: { run_id }, signal })).artifacts;
    },
    token: (run_id, { signal } = {}) =>
      caller.call("createRunToken", { path: { run_id }, repeatable: true, signal }),
    cancel: (run_id, { waitS, signal } = {}) =>
      caller.call("cancelRun", {
        path: { run_id },
        query: waitS === undefined ? {} : { wait: waitS },
        // Asking twice is asking once.
        repeatable: true,
        timeoutMs: timeoutMs + (waitS ?? 0) * 1000,
        signal,
      }),
    resume: (run_id, body, { idempotencyKey = runtime.newKey(), signal } = {}) =>
      caller.call("resumeRun", {
        path: { run_id },
        body,
        headers: idempotencyKey === null ? {} : { "Idempotency-Key": idempotencyKey },
        repeatable: idempotencyKey !== null,
        signal,
      }),
    fork: (run_id, body, { idempotencyKey = runtime.newKey(), signal } = {}) =>
      caller.call("forkRun", {
        path: { run_id },
        body,
        headers: idempotencyKey === null ? {} : { "Idempotency-Key": idempotencyKey },
        repeatable: idempotencyKey !== null,
        signal,
      }),
    async delete(run_id, { signal } = {}) {
      await caller.call("deleteRun", { path: { run_id }, signal });
    },
  };
  return runs;
}
