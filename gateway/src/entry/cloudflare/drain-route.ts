/** `POST /internal/drain`: a hint that there may be mail, from whoever has put it there. */
import type { Handler } from "hono";
import { isSameDigest } from "../../access/api-key.ts";
import type { AppEnv } from "../../app-env.ts";
import { AppError } from "../../errors/app-error.ts";
import { sha256Hex } from "../../graphs/digest.ts";
import type { Event } from "./event.ts";

/** Answers when nothing waits any more, or the time of a drain is over. */
export function drainRoute(token: string | undefined, eventOf: (request: Request) => Event): Handler<AppEnv> {
  return async (c) => {
    const [, given = ""] = /^Bearer +(\S+) *$/i.exec(c.req.header("authorization") ?? "") ?? [];
    const kept = token === undefined ? undefined : await sha256Hex(token);
    if (!isSameDigest(await sha256Hex(given), kept))
      throw new AppError("unauthorized", "A drive is asked for with the token of GATEWAY_DRAIN_TOKEN.", {
        headers: { "WWW-Authenticate": "Bearer" },
      });
    const { runs, more } = await eventOf(c.req.raw).drain({ sweep: true });
    return c.json({ runs, more });
  };
}
