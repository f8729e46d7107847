/** Gives each request an id of ours or the client's, and each answer the same: also those that routes make whole. */
import type { MiddlewareHandler } from "hono";
import { requestId } from "hono/request-id";
import type { AppEnv } from "../app-env.ts";

const HEADER = "X-Request-Id";

export function requestIds(newId: () => string): MiddlewareHandler<AppEnv> {
  const choose = requestId({ generator: newId, limitLength: 64, headerName: HEADER });
  return (c, next) =>
    choose(c, async () => {
      await next();
      // A stream or a file is a Response of its own, which knows nothing of headers set before.
      c.header(HEADER, c.var.requestId);
    });
}
