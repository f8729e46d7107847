/**
 * The host of handlers on Node.js: every call has a thread for itself, so that a handler that blocks, throws where nobody
 * listens, needs all memory or calls process.exit costs its node, and neither the gateway nor another node. A few threads
 * are kept warm.
 */
import type { HandlerHost } from "../../executor/handler-host.ts";
import { STOPPED } from "../../executor/time-limit.ts";
import { startThread, type Thread, type ThreadOptions } from "./thread.ts";

export interface HandlerThreads extends HandlerHost {
  /** Ends all threads. */
  close(): void;
}

export interface HandlerThreadsOptions extends ThreadOptions {
  types: readonly string[];
  /** Threads at once; further calls wait, and their time does not run meanwhile. */
  most: number;
}

/** Free threads that are kept for the next call. */
const WARM = 2;
/** How long further free threads are kept. */
const IDLE_MS = 10_000;
/** How long a call waits for a thread to become free before another is started, which takes longer: short calls share. */
const SPARE_MS = 25;

export function createHandlerThreads(options: HandlerThreadsOptions): HandlerThreads {
  const types = new Set(options.types);
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
    if (waiting.length > 0 && all.size < options.most) start();
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

  start();
  return {
    has: (type) => types.has(type),
    async run(call) {
      for (;;) {
        const thread = call.stopped.aborted ? null : await take(call.stopped);
        if (!thread) return STOPPED;
        const outcome = await thread.run(call);
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
