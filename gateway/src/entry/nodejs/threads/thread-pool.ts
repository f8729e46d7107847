/** Threads for calls of handlers: as many at once as allowed, as few as do, a few kept warm. */
import type { Clock } from "../../../clock.ts";
import type { HandlerCall, Outcome } from "../../../executor/handler-host.ts";
import { STOPPED } from "../../../executor/time-limit.ts";
import type { CallKind } from "./messages.ts";
import { createShortage } from "./shortage.ts";
import type { Thread } from "./thread.ts";

export interface ThreadPool {
  /** Starts one before it is needed. */
  warm(): void;
  run(call: HandlerCall, kind: CallKind): Promise<Outcome>;
  /** Ends all threads. */
  close(): void;
}

export interface PoolOptions {
  start(): Thread;
  /** Threads at once; further calls wait, and their time does not run meanwhile. */
  most: number;
  /** Threads that may start at once: a start is all work, so more than there are cores only delay each other. */
  starts: number;
  clock: Clock;
}

/** Free threads that are kept for the next call. */
const WARM = 2;
/** How long a further thread is kept that nobody needs. */
const IDLE_MS = 10_000;

interface Waiting {
  since: number;
  serve(thread: Thread): void;
}

export function createThreadPool({ start: open, most, starts, clock }: PoolOptions): ThreadPool {
  const all = new Set<Thread>();
  /** The one that was used last comes last; each with what calls its end off. */
  const free = new Map<Thread, () => void>();
  const waiting: Waiting[] = [];
  let starting = 0;
  let closed = false;

  const start = () => {
    const began = clock.elapsed();
    const thread = open();
    all.add(thread);
    starting += 1;
    void thread.started.then(() => {
      starting -= 1;
      shortage.started(clock.elapsed() - began);
      hand(thread);
    });
  };
  const drop = (thread: Thread) => {
    free.get(thread)?.();
    free.delete(thread);
    all.delete(thread);
    void thread.end();
  };

  const shortage = createShortage({
    clock,
    since: () => (closed || all.size >= most ? undefined : waiting[0]?.since),
    missing: (how) => {
      if (starting < (how === "still" ? starts : 1)) start();
    },
  });

  /** One that could not even start goes to who waits, too: that call says why. */
  const hand = (thread: Thread) => {
    const next = waiting.shift();
    if (next) {
      shortage.served();
      return next.serve(thread);
    }
    if (closed || !thread.isUsable()) return drop(thread);
    const retire = () => {
      if (free.size > WARM) drop(thread);
    };
    free.set(thread, clock.after(IDLE_MS, retire));
  };
  const give = (thread: Thread) => {
    if (thread.isUsable()) return hand(thread);
    drop(thread);
    if (waiting.length > 0 && !closed) start();
  };

  /** null when the task stops before there is one. */
  const take = async (stopped: AbortSignal): Promise<Thread | null> => {
    for (const thread of [...free.keys()].toReversed()) {
      free.get(thread)!();
      free.delete(thread);
      if (thread.isUsable()) return thread;
      drop(thread);
    }
    if (all.size === 0) start();
    const thread = queue(waiting, clock.elapsed(), stopped);
    shortage.watch();
    return thread;
  };

  return {
    warm: start,
    async run(call, kind) {
      for (;;) {
        const thread = call.stopped.aborted ? null : await take(call.stopped);
        if (!thread) return STOPPED;
        const outcome = await thread.run(call, kind);
        give(thread);
        if (outcome !== "unbegun") return outcome;
      }
    },
    close() {
      closed = true;
      for (const thread of all) drop(thread);
    },
  };
}

/** Resolves with a thread when it is this one's turn, with null when its task stops before. */
function queue(waiting: Waiting[], since: number, stopped: AbortSignal): Promise<Thread | null> {
  const { promise, resolve } = Promise.withResolvers<Thread | null>();
  const leave = () => {
    waiting.splice(waiting.indexOf(mine), 1);
    resolve(null);
  };
  const serve = (thread: Thread) => {
    stopped.removeEventListener("abort", leave);
    resolve(thread);
  };
  const mine = { since, serve };
  waiting.push(mine);
  stopped.addEventListener("abort", leave, { once: true });
  return promise;
}
