/** Opens what a request talks through when it first needs it, and closes it behind the last byte of the answer. */
import type { Context } from "hono";
import type { AppEnv } from "../../app-env.ts";
import type { Connect, Connected } from "../../connected.ts";
import { closeBehind } from "./close-behind.ts";

/** @returns what has to be called when there is an answer, or will be none */
export function connectWhenAsked(c: Context<AppEnv>, connect: Connect): (isAnswered: boolean) => void {
  let connected: Connected | undefined;
  c.set("connect", () => (connected ??= connect(c.req.raw)));
  return (isAnswered) => {
    if (!connected?.close) return;
    if (isAnswered) c.res = closeBehind(c.req.raw, c.res, connected.close);
    else connected.close();
  };
}
