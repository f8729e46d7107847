/** /v1/runs/{run_id}/events and /logs: follow a run as a stream, or read its log in pages. */
import type { EventPage } from "@myspinbot/contracts/types.ts";
import { validateInstanceId } from "@myspinbot/contracts/validators.js";
import { Hono, type Context } from "hono";
import { openStream, type OpenStreams } from "../access/open-streams.ts";
import { watchAccess } from "../access/watch-access.ts";
import type { AppEnv } from "../app-env.ts";
import { followRun, type Follower } from "../events/follow-run.ts";
import { readLogPage, readPage } from "../events/pages.ts";
import { sseStream } from "../events/sse-stream.ts";
import { negotiate } from "../middleware/media-type.ts";
import { invalidParameter, wholeNumber } from "../middleware/params/query.ts";
import { assertRunId, runNotFound } from "../runs/ids.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";

export interface RunEventDeps extends Pick<Follower, "clock" | "heartbeatMs"> {
  shards: readonly string[];
  logger: Logger;
  metrics: Metrics;
  random: () => number;
  known: { openStreams: OpenStreams };
  /** How long a stream lives at most; without it as long as its run. */
  streamMs?: number;
}

const STREAM = "text/event-stream";
const SEQ = { min: 0, max: Number.MAX_SAFE_INTEGER, otherwise: 0 };
const PAGE = { min: 1, max: 1000, otherwise: 200 };

/** No proxy may keep, compress or hold back what is sent bit by bit. */
const STREAM_HEADERS = {
  "Content-Type": STREAM,
  "Cache-Control": "no-store, no-transform",
  "X-Accel-Buffering": "no",
};

export function runEventRoutes(deps: RunEventDeps): Hono<AppEnv> {
  const { shards } = deps;
  return new Hono<AppEnv>()
    .get("/:run_id/events", async (c) => {
      const run = assertRunId(c.req.param("run_id"), shards);
      const type = negotiate(c.req.header("accept"), ["application/json", STREAM]);
      const after = seenBy(c);
      if (type === STREAM) return stream(deps, c, run, after);
      const page = await readPage(
        c.var.connect().log,
        run,
        after ?? 0,
        wholeNumber("limit", c.req.query("limit"), PAGE),
      );
      if (!page) throw runNotFound(run);
      return c.json<EventPage>(page);
    })
    .get("/:run_id/logs", async (c) => {
      const run = assertRunId(c.req.param("run_id"), shards);
      const page = await readLogPage(c.var.connect().log, run, {
        after: wholeNumber("after", c.req.query("after"), SEQ),
        limit: wholeNumber("limit", c.req.query("limit"), PAGE),
        node: nodeAsked(c.req.query("node")),
      });
      if (!page) throw runNotFound(run);
      return c.json<EventPage>(page);
    });
}

function nodeAsked(text: string | undefined): string | undefined {
  if (text !== undefined && !validateInstanceId(text))
    throw invalidParameter("node", "must be the id of a node");
  return text;
}

/** The seq that the client has; a browser that reconnects sends it as a header, which goes before the query. */
function seenBy(c: Context): number | undefined {
  const header = c.req.header("last-event-id");
  if (header !== undefined && header !== "") {
    if (!/^\d{1,15}$/.test(header)) throw invalidParameter("Last-Event-ID", "must be the id of an event");
    return Number(header);
  }
  const after = c.req.query("after");
  return after === undefined ? undefined : wholeNumber("after", after, SEQ);
}

async function stream(
  deps: RunEventDeps,
  c: Context<AppEnv>,
  run: string,
  after: number | undefined,
): Promise<Response> {
  const { logger, metrics, clock, random } = deps;
  const { log, hub, reader } = c.var.connect();
  const end = await log.end(run);
  if (!end) throw runNotFound(run);
  // EventSource comes back after every close; 204 is the one answer that stops it.
  if (end.ended && after === end.seq) return c.body(null, 204);
  // A stream that nobody will read would follow the run until it ends.
  if (c.req.method === "HEAD") return new Response(null, { headers: STREAM_HEADERS });
  const { key } = c.var.caller;
  const leave = openStream(deps.known.openStreams, key);
  const { ended, stop } = watchAccess(c.var.recheck, clock);
  const life = new AbortController();
  const callOff = deps.streamMs === undefined ? () => {} : clock.after(deps.streamMs, () => life.abort());
  metrics.streamOpened();
  const body = sseStream({
    frames: (signal) => followRun({ ...deps, log, hub, snapshot: reader.snapshot }, run, after, signal),
    signal: AbortSignal.any([c.req.raw.signal, ended, life.signal]),
    clock,
    random,
    onError: (error) => logger.error("event stream failed", { run_id: run, error }),
    onClose: () => {
      stop();
      callOff();
      leave();
      metrics.streamClosed();
    },
  });
  return new Response(body, { headers: STREAM_HEADERS });
}
