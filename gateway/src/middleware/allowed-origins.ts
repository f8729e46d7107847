/** Tells browsers which pages of other origins may use the API (CORS), and answers what they ask before. */
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { AppEnv } from "../app-env.ts";

const MINUTES_10 = 600;

/** Not for a gateway without such pages: then nothing is said, and what browsers ask before is not answered. No cookies are ever taken. */
export function allowedOrigins(origins: ReadonlySet<string>): MiddlewareHandler<AppEnv> {
  const allow = cors({
    origin: (origin) => origin,
    allowMethods: ["GET", "HEAD", "POST", "PUT", "DELETE"],
    allowHeaders: [
      ...["Authorization", "Content-Type", "Content-Disposition", "Idempotency-Key", "Last-Event-ID"],
      ...["Prefer", "Range", "X-Request-Id"],
    ],
    exposeHeaders: [
      ...["Location", "Retry-After", "RateLimit", "RateLimit-Policy", "WWW-Authenticate", "X-Request-Id"],
      ...["ETag", "Content-Range", "Accept-Ranges", "Preference-Applied"],
    ],
    maxAge: MINUTES_10,
  });
  return async function allowedOrigins(c, next) {
    c.set("saysMore", true);
    const origin = c.req.header("origin");
    const asked = c.req.method !== "OPTIONS" || c.req.header("access-control-request-method") !== undefined;
    if (origin !== undefined && origins.has(origin) && asked) return allow(c, next);
    c.header("Vary", "Origin", { append: true });
    return next();
  };
}
