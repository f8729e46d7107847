/** Keeps the gateway to this machine as long as there are no API keys. */
import type { MiddlewareHandler } from "hono";
import { AppError } from "../../errors/app-error.ts";
import { isLoopback } from "./is-loopback.ts";

const READING: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses a Host that is not this machine (a page whose name was rebound to 127.0.0.1 sends its own name), and
 * changes that a page of another origin asks for: browsers send those without asking first.
 */
export function loopbackOnly(): MiddlewareHandler {
  return async function loopbackOnly(c, next) {
    const url = new URL(c.req.url);
    const host = c.req.header("host") ?? url.host;
    const own = `${url.protocol}//${host}`;
    if (!isLoopback(hostName(host))) {
      throw new AppError(
        "not-local",
        "Without API keys this gateway serves loopback only; the Host header names another machine.",
      );
    }
    if (
      !READING.has(c.req.method) &&
      isForeign(c.req.header("origin"), c.req.header("sec-fetch-site"), own)
    ) {
      throw new AppError(
        "not-local",
        "Without API keys this gateway takes changes from its own origin only.",
      );
    }
    await next();
  };
}

function hostName(host: string): string {
  return host.replace(/:\d*$/, "");
}

/** An origin is scheme, host and port: a page at https://localhost:8787 is another one. */
function isForeign(origin: string | undefined, site: string | undefined, own: string): boolean {
  if (site === "cross-site" || site === "same-site") return true;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || !URL.canParse(own) || new URL(origin).origin !== new URL(own).origin;
}
