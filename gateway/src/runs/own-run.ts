/** Keeps every address below a run to its owner: for all others there is no such run. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { ROUTES } from "@myspinbot/contracts/routes.ts";
import type { Context, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { AppEnv } from "../app-env.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { ownerOf } from "../owner.ts";
import { shardOfRun } from "../run-id.ts";
import { assertRunId, runNotFound } from "./ids.ts";
import { missingRun } from "./missing-run.ts";

const FORK = ROUTES.forkRun.path.replace(/\{(\w+)\}/, ":$1");

export interface OwnRunDeps {
  keys: Keys;
  shards: readonly string[];
}

/**
 * Stands before all routes whose path begins with a run's id.
 * @throws AppError `run-not-found` for an id that is none, a run that was deleted, another owner's, and
 * another than a token lets read, in the same words; `run-gone` for one's own that retention has taken.
 */
export function ownRun({ keys, shards }: OwnRunDeps): MiddlewareHandler<AppEnv, "/:run_id/*"> {
  return async function ownRun(c, next) {
    const run = assertRunId(c.req.param("run_id"), shards);
    const { owner: asking, run: only } = c.var.caller;
    if (only !== undefined && only !== run) throw runNotFound(run);
    const record = keys.run(shardOfRun(run), run);
    const { redis } = c.var.connect();
    const [status, owner] = await fromRedis(redis.hmget(record, "status", "owner"));
    if (!status && !mayRepeatFork(c)) throw await missingRun({ redis, keys }, run, asking);
    if (status && ownerOf(owner) !== asking) throw runNotFound(run);
    await next();
  };
}

/** A fork that was made is given again for its key, also when its source is gone; that there was none is said later. */
function mayRepeatFork(c: Context<AppEnv>): boolean {
  return routePath(c, -1) === FORK && c.req.header("idempotency-key") !== undefined;
}
