/** Says who asks, in one place; there is one owner as long as no API keys exist. */
import { OWNERS } from "@myspinbot/contracts/wire.ts";
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../app-env.ts";
import type { Identify } from "../owner.ts";

const OWNER = /^[A-Za-z0-9_-]{1,64}$/;

/** Everything there is belongs to whoever may ask. */
export const oneOwner: Identify = () => OWNERS.default;

export function owners(identify: Identify): MiddlewareHandler<AppEnv> {
  return async function owners(c, next) {
    const owner = identify(c.req.raw);
    if (!OWNER.test(owner)) throw new RangeError("not the name of an owner");
    c.set("owner", owner);
    await next();
  };
}
