/** Threads for calls of handlers: as many at once as allowed, a few kept warm. */
import type { HandlerCall, Outcome } from "../../../executor/handler-host.ts";
import { STOPPED } from "../../../executor/time-limit.ts";
import type { CallKind } from "./messages.ts";
import { startThread, type Thread, type ThreadOptions } from "./thread.ts";

export interface ThreadPool {
  /** Starts one before it is needed. */
  warm(): void;
  run(call: HandlerCall, kind: CallKind): Promise<Outcome>;
  /** Ends all threads. */
  close(): void;
}

/** Free threads that are kept for the next call. */
const WARM = 2;
/** How long further free threads are kept. */
const IDLE_MS = 10_000;
/** How long a call waits for a thread to become free before another is started, which takes longer: short calls share. */
const SPARE_MS = 25;

/** @param most threads at once; further calls wait, and their time does not run meanwhile */
export function createThreadPool(options: ThreadOptions, most: number): ThreadPool {
  const all = new Set<Thread>();
  /** The one that was used last comes last. */
  const free: Thread[] = [];
  const waiting: ((thread: Thread) => void)[] = [];
  let closed = false;

  const start = () => {
    const thread = startThread(options);
    all.add(thread);
    void thread.started.then(() => hand(thread));
  };
  const drop = (thread: Thread) => {
    all.delete(thread);
    void thread.end();
  };
  const grow = () => {
    if (waiting.length > 0 && all.size < most) start();
  };

  /** One that could not even start goes to who waits, too: that call says why. */
  const hand = (thread: Thread) => {
    const next = waiting.shift();
    if (next) return next(thread);
    if (closed || !thread.isUsable()) return drop(thread);
    free.push(thread);
    if (free.length > WARM) setTimeout(shrink, IDLE_MS).unref();
  };
  const give = (thread: Thread) => {
    if (thread.isUsable()) return hand(thread);
    drop(thread);
    grow();
  };
  /** Those that were free longest go first. */
  const shrink = () => {
    if (free.length > WARM) drop(free.shift()!);
  };

  /** null when the task stops before there is one. */
  const take = async (stopped: AbortSignal): Promise<Thread | null> => {
    for (let thread = free.pop(); thread; thread = free.pop()) {
      if (thread.isUsable()) return thread;
      drop(thread);
    }
    if (all.size === 0) start();
    const soon = setTimeout(grow, SPARE_MS);
    const ended = new AbortController();
    const thread = await new Promise<Thread | null>((resolve) => {
      waiting.push(resolve);
      const leave = () => {
        waiting.splice(waiting.indexOf(resolve), 1);
        resolve(null);
      };
      stopped.addEventListener("abort", leave, { once: true, signal: ended.signal });
    });
    clearTimeout(soon);
    ended.abort();
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
