/** Runs handlers in the executor's own thread: where there are no others, and in tests. Nothing can end them. */
import type { Clock } from "../clock.ts";
import type { Handlers } from "../handlers/handler.ts";
import { callCheck, callEngines, callHandler } from "./call-handler.ts";
import type { HandlerCall, HandlerHost, Outcome } from "./handler-host.ts";
import { limitTime } from "./time-limit.ts";

export function createInPlaceHost(handlers: Handlers, clock: Clock): HandlerHost {
  const within = async (call: HandlerCall, how: typeof callHandler): Promise<Outcome> => {
    const limit = limitTime(call, clock);
    const { signal } = limit;
    const over = new Promise<Outcome>((resolve) => {
      if (signal.aborted) resolve(limit.outcome());
      signal.addEventListener("abort", () => resolve(limit.outcome()), { once: true });
    });
    const { about, progress, log } = call;
    const work = how(handlers[call.type]!, call, { ...about, signal, progress, log });
    try {
      return await Promise.race([work, over]);
    } finally {
      limit.clear();
    }
  };
  return {
    has: (type) => Object.hasOwn(handlers, type),
    run: (call) => within(call, callHandler),
    hasCheck: (type) => Object.hasOwn(handlers, type) && handlers[type]!.check !== undefined,
    check: (call) => within(call, callCheck),
    hasEngines: (type) => Object.hasOwn(handlers, type) && handlers[type]!.engines !== undefined,
    engines: (call) => within(call, callEngines),
  };
}
