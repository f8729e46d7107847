/** POST /v1/runs/{run_id}/token: what a browser puts into an address in place of a key. */
import type { RunToken } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { Hono } from "hono";
import { invalidKey } from "../access/refusals.ts";
import { signRunToken } from "../access/run-token.ts";
import type { AppEnv } from "../app-env.ts";
import { toTimestamp, type Clock } from "../clock.ts";
import { newPlainId } from "../ids.ts";

/** Where there are no keys, no token is asked for; one that was made then is worth nothing when there are. */
const NO_KEY = "0".repeat(26);

export function runTokenRoutes({ clock }: { clock: Clock }): Hono<AppEnv> {
  return new Hono<AppEnv>().post("/:run_id/token", async (c) => {
    const run = c.req.param("run_id");
    const { key } = c.var.caller;
    const row = key ? await c.var.connect().apiKeys.find(key.id) : { digest: newPlainId("key") };
    // Revoked a moment ago.
    if (!row) throw invalidKey();
    const until = clock.now() + DEFAULTS.run_token_ms;
    const token = await signRunToken({ run, key: key?.id ?? NO_KEY, until }, row);
    c.header("Cache-Control", "no-store");
    return c.json<RunToken>({ token, run_id: run, expires_at: toTimestamp(until) }, 201);
  });
}
