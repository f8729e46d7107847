/** Writes one line per request and counts it. No query, header or body gets into a log. */
import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { AppEnv } from "../../app-env.ts";
import type { Clock } from "../../clock.ts";
import { withLogFields, type Logger } from "../../telemetry/logger.ts";
import type { Metrics } from "../../telemetry/metrics.ts";

/** A key, a token or a signing secret that somebody has put into a path by mistake. */
const SECRET = /(msb_[0-9A-Z]{26}_|mst_|whsec_)[^/]+/g;

export function requestLog(options: {
  logger: Logger;
  metrics: Metrics;
  clock: Clock;
}): MiddlewareHandler<AppEnv> {
  const { logger, metrics, clock } = options;
  return async function requestLog(c, next) {
    const began = clock.now();
    const requestId = c.get("requestId");
    const pattern = routePath(c, -1);
    c.set("pattern", pattern);
    await withLogFields({ request_id: requestId }, next);
    const ms = clock.now() - began;
    // What no route matched would make a label of its own for each address that somebody tries.
    const route = pattern.includes("*") ? "none" : pattern;
    const method = c.req.method;
    metrics.request(route, method, c.res.status, ms / 1000);
    const level = c.res.status >= 500 ? "warn" : isProbe(route) ? "debug" : "info";
    logger[level]("request", {
      request_id: requestId,
      method,
      path: c.req.path.slice(0, 300).replace(SECRET, "$1…"),
      status: c.res.status,
      duration_ms: ms,
    });
  };
}

/** Asked every few seconds by machines. */
function isProbe(route: string): boolean {
  return route === "/healthz" || route === "/health" || route === "/readyz" || route === "/metrics";
}
