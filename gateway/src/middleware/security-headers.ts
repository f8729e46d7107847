/** Tells browsers what they must not do with answers. */
import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";

/** Strict-Transport-Security goes out over TLS only: over plain HTTP it is ignored, and for loopback it would be a lie. */
export function securityHeaders(): MiddlewareHandler {
  const plain = secureHeaders({ strictTransportSecurity: false });
  const overTls = secureHeaders();
  return (c, next) => (new URL(c.req.url).protocol === "https:" ? overTls : plain)(c, next);
}
