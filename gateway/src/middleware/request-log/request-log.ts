/** Writes one line per request and counts it. No query, header or body gets into a log. */
import type { Context } from "hono";
import type { AppEnv } from "../../app-env.ts";
import type { Logger } from "../../telemetry/logger.ts";
import type { Metrics } from "../../telemetry/metrics.ts";

/** A key, a token or a signing secret that somebody has put into a path by mistake. */
const SECRET = /(msb_[0-9A-Z]{26}_|mst_|whsec_)[^/]+/g;

/** @param ms from the request to its answer */
export function tellRequest(
  { logger, metrics }: { logger: Logger; metrics: Metrics },
  c: Context<AppEnv>,
  ms: number,
): void {
  const { method, path } = c.req;
  const { status } = c.res;
  const pattern = c.get("pattern");
  // What no route matched would make a label of its own for each address that somebody tries.
  const route = pattern.includes("*") ? "none" : pattern;
  metrics.request(route, method, status, ms / 1000);
  const level = status >= 500 ? "warn" : isProbe(route) ? "debug" : "info";
  logger[level]("request", {
    request_id: c.get("requestId"),
    method,
    path: path.slice(0, 300).replace(SECRET, "$1…"),
    status,
    duration_ms: ms,
  });
}

/** Asked every few seconds by machines. */
function isProbe(route: string): boolean {
  return route === "/healthz" || route === "/health" || route === "/readyz" || route === "/metrics";
}
