/** Tells browsers what they must not do with answers. */
import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { AppEnv } from "../app-env.ts";

/** Strict-Transport-Security goes out over TLS only: over plain HTTP it is ignored, and for loopback it would be a lie. */
export function securityHeaders(): MiddlewareHandler<AppEnv> {
  const plain = secureHeaders({ strictTransportSecurity: false });
  const overTls = secureHeaders();
  return async (c, next) => {
    const set = c.req.url.startsWith("https:") ? overTls : plain;
    await set(c, next);
    // A run's token is there for `<video src>` in pages elsewhere.
    if (c.get("caller")?.run !== undefined) c.header("Cross-Origin-Resource-Policy", "cross-origin");
  };
}
