/** Runs handlers in the executor's own thread: where there are no others, and in tests. Nothing can end them. */
import type { Handlers } from "../handlers/handler.ts";
import { callHandler } from "./call-handler.ts";
import type { HandlerHost, Outcome } from "./handler-host.ts";
import { limitTime } from "./time-limit.ts";

export function createInPlaceHost(handlers: Handlers): HandlerHost {
  return {
    has: (type) => Object.hasOwn(handlers, type),
    async run(call) {
      const limit = limitTime(call);
      const { signal } = limit;
      const over = new Promise<Outcome>((resolve) => {
        if (signal.aborted) resolve(limit.outcome());
        signal.addEventListener("abort", () => resolve(limit.outcome()), { once: true });
      });
      const { about, progress, log } = call;
      const work = callHandler(handlers[call.type]!, call, { ...about, signal, progress, log });
      try {
        return await Promise.race([work, over]);
      } finally {
        limit.clear();
      }
    },
  };
}
