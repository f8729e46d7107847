/** The gateway as a Worker: one app per isolate, one connection per event, all work bounded. */
import type { Hono } from "hono";
import type { AppEnv } from "../../app-env.ts";
import { createApp } from "../../app.ts";
import { ConfigError } from "../../config.ts";
import { toProblem } from "../../errors/problem.ts";
import { closeBehind } from "../../middleware/connections/close-behind.ts";
import type { Extension } from "../extension.ts";
import { drainRoute } from "./drain-route.ts";
import { createEvent, type Event } from "./event.ts";
import { createIsolate, type Isolate } from "./isolate.ts";
import { writeLine, type Bindings, type Worker } from "./runtime.ts";
import { readSettings } from "./settings.ts";

/** How often the long sweep is part of the minute's cron. */
const RECONCILE_MINUTES = 5;
const MINUTE_MS = 60_000;

type Made = { isolate: Isolate; app: Hono<AppEnv> } | { problems: string[] };

export function createWorker(version: string, extension: Extension = {}): Worker {
  /** The event of each request under way, once it was needed. */
  const events = new WeakMap<Request, () => Event>();
  let made: Made | undefined;
  const make = (bindings: Bindings): Made => {
    try {
      const isolate = createIsolate(readSettings(bindings), extension, version);
      const app = createApp(isolate.shared, (request) => events.get(request)!().connected);
      app.post(
        "/internal/drain",
        drainRoute(isolate.settings.drainToken, (request) => events.get(request)!()),
      );
      return { isolate, app };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      writeLine(
        JSON.stringify({ level: "error", msg: "the Worker cannot be used", problems: error.problems }),
      );
      return { problems: error.problems };
    }
  };

  return {
    async fetch(request, bindings, context) {
      made ??= make(bindings);
      if ("problems" in made) return refusal(made.problems);
      const { isolate, app } = made;
      let event: Event | undefined;
      events.set(request, () => (event ??= createEvent(isolate, context, request.method === "POST")));
      const answer = await app.fetch(request, {}, context as never);
      const { end } = event ?? {};
      // Whatever else is answered has been read from Redis by now.
      if (end && isStream(answer)) return closeBehind(request, answer, end);
      end?.();
      return answer;
    },

    async scheduled({ scheduledTime }, bindings, context) {
      made ??= make(bindings);
      if ("problems" in made) return;
      const event = createEvent(made.isolate, context, false);
      try {
        const isFifth = Math.floor(scheduledTime / MINUTE_MS) % RECONCILE_MINUTES === 0;
        await event.drain({ sweep: true, reconcile: isFifth });
      } finally {
        event.end();
      }
    },
  };
}

function isStream({ headers, body }: Response): boolean {
  return body !== null && headers.get("content-type") === "text/event-stream";
}

/** One sentence per thing that is missing or wrong; no secret is in it. */
function refusal(problems: readonly string[]): Response {
  const detail = `This gateway is not set up: ${problems.map((each) => each.replace(/\.$/, "")).join("; ")}.`;
  return Response.json(toProblem("not-ready", detail), {
    status: 503,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
  });
}
