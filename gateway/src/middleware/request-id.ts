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
      // A stream or a file is a Response of its own, which knows nothing of headers set before. To all others nothing is
      // said again: Hono would make a new Response, whose text goes out as a stream.
      const id = c.get("requestId");
      if (c.res.headers.get(HEADER) !== id) c.header(HEADER, id);
    });
}
