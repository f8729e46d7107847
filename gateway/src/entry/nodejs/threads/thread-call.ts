/** One call in a thread: begun, listened to, stopped when its time is over or its task stops. */
import { EXECUTOR } from "@myspinbot/contracts/wire.ts";
import { systemClock } from "../../../clock.ts";
import { toProblem } from "../../../errors/problem.ts";
import type { HandlerCall, Outcome } from "../../../executor/handler-host.ts";
import { limitTime, STOPPED, type TimeLimit } from "../../../executor/time-limit.ts";
import type { CallKind, FromThread, ToThread } from "./messages.ts";

/** The way to a thread, for one call at a time. */
export interface Link {
  send(message: ToThread): void;
  /** Ends the thread; resolves when it is gone, or does not go. */
  end(): Promise<void>;
  /** Why the thread is gone. */
  why(): string;
  /** Set by the call: what the thread says, and that it is gone. */
  hear(message: FromThread): void;
  lose(): void;
}

/** Longer than a free thread needs to take up a call, unless something that an earlier handler left behind blocks it. */
const TAKE_UP_MS = 2000;

/** `unbegun`: the thread did not even take the call up, and has been ended. Never rejects. */
export function callInThread(
  link: Link,
  call: HandlerCall,
  kind: CallKind = "run",
): Promise<Outcome | "unbegun"> {
  if (call.stopped.aborted) return Promise.resolve(STOPPED);
  const { promise, resolve } = Promise.withResolvers<Outcome | "unbegun">();
  let limit: TimeLimit | undefined;
  let grace: ReturnType<typeof setTimeout> | undefined;

  const finish = (outcome: Outcome | "unbegun") => {
    clearTimeout(takeUp);
    clearTimeout(grace);
    limit?.clear();
    // The thread has the next call from here on: what stops later must not stop that.
    limit?.signal.removeEventListener("abort", stop);
    call.stopped.removeEventListener("abort", stop);
    link.hear = () => {};
    link.lose = () => {};
    resolve(outcome);
  };
  const finishEarly = () => finish(limit?.outcome() ?? STOPPED);
  const endThread = (then: () => void) => {
    link.lose = then;
    void link.end().then(then);
  };
  /** The handler is asked first; then its thread is ended. */
  const stop = () => {
    clearTimeout(takeUp);
    link.lose = finishEarly;
    link.send({ kind: "abort" });
    grace ??= setTimeout(() => endThread(finishEarly), EXECUTOR.cancel_grace_ms);
  };
  const takeUp = setTimeout(() => endThread(() => finish("unbegun")), TAKE_UP_MS);

  const hear: { [K in FromThread["kind"]]?: (message: FromThread & { kind: K }) => void } = {
    began() {
      clearTimeout(takeUp);
      call.stopped.removeEventListener("abort", stop);
      limit = limitTime(call, systemClock);
      limit.signal.addEventListener("abort", stop, { once: true });
    },
    note: ({ type, body }) => NOTES[type]?.(call, JSON.parse(body) as never),
    dropped: ({ count }) => call.dropped(count),
    end({ outcome, uncaught }) {
      if (uncaught) void link.end();
      if (limit?.signal.aborted) finishEarly();
      else finish(outcome);
    },
  };
  link.hear = (message) => (hear[message.kind] as ((message: FromThread) => void) | undefined)?.(message);
  link.lose = () => finish(crashed(call, link.why()));
  call.stopped.addEventListener("abort", stop, { once: true });
  const { type, params, inputs, about } = call;
  link.send({ kind, type, params, inputs, about });
  return promise;
}

export function crashed({ type }: HandlerCall, why: string): Outcome {
  return { kind: "refused", problem: toProblem("handler-crashed", `The handler of ${type} ${why}.`) };
}

type Level = Parameters<HandlerCall["log"]>[0];

const NOTES: Record<string, (call: HandlerCall, data: never) => void> = {
  "node.progress": (call, { done, total, unit }: { done: number; total: number; unit: string }) =>
    call.progress(done, total, unit),
  "node.log": (call, { level, message }: { level: Level; message: string }) => call.log(level, message),
};
