/** Opens what a request talks through when it first needs it, and closes it behind the last byte of the answer. */
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../../app-env.ts";
import type { Connect, Connected } from "../../connected.ts";
import { closeBehind } from "./close-behind.ts";

export function connections(connect: Connect): MiddlewareHandler<AppEnv> {
  return async function connections(c, next) {
    let connected: Connected | undefined;
    c.set("connect", () => (connected ??= connect(c.req.raw)));
    try {
      await next();
    } catch (error) {
      connected?.close?.();
      throw error;
    }
    if (connected?.close) c.res = closeBehind(c.req.raw, c.res, connected.close);
  };
}
