/** Says whether somebody on this machine asks, and not a proxy for somebody elsewhere. */
import type { Context } from "hono";
import type { AppEnv } from "../../app-env.ts";
import { isLoopback } from "../loopback/is-loopback.ts";
import { namesLoopback } from "../loopback/loopback-only.ts";

/** What proxies add about those for whom they ask. */
const PROXIED = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "cf-connecting-ip", "via"];

/** Where nobody knows the other end of the connection, the answer is no. */
export function isLocal(c: Context<AppEnv>): boolean {
  const peer = (c.env as AppEnv["Bindings"] | undefined)?.peer?.replace(/^::ffff:/i, "");
  if (peer === undefined || !isLoopback(peer) || !namesLoopback(c)) return false;
  return !PROXIED.some((name) => c.req.header(name) !== undefined);
}
