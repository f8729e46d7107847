/** What only operators ask for: executors, overview, dead letters. All of them are in `OPERATOR_PATHS`. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { Hono, type Context } from "hono";
import { invalidKey } from "../access/refusals.ts";
import { whileAllowed } from "../access/watch-access.ts";
import type { Clock } from "../clock.ts";
import type { AppEnv } from "../app-env.ts";
import { wholeNumber } from "../middleware/params/query.ts";
import { listDeadLetters, readDeadLetter, redriveDeadLetter } from "../operators/dead-letters.ts";
import { orderDrain } from "../operators/drain-executor.ts";
import { readOverview } from "../operators/overview.ts";
import { orderProbe } from "../operators/probe-executor.ts";

export interface OperatorDeps {
  clock: Clock;
  keys: Keys;
  shards: readonly string[];
  pools: readonly string[];
}

/** Each covers all that lies below it: one guard before these covers all routes of this file. */
export const OPERATOR_PATHS = ["/v1/executors", "/v1/overview", "/v1/dead-letters"] as const;

const WAIT_S = { min: 0, max: 60, otherwise: 0 };
const PAGE = { min: 1, max: 50, otherwise: 50 };

export function operatorRoutes({ keys, shards, pools, clock }: OperatorDeps): Hono<AppEnv> {
  const drainDeps = (c: Context<AppEnv>) => {
    const { redis, registry } = c.var.connect();
    return { redis, registry, keys, shards, clock, signal: c.req.raw.signal };
  };
  return new Hono<AppEnv>()
    .get("/executors", async (c) => {
      const executors = await c.var.connect().registry.executors();
      return c.json({ executors: executors.filter(({ status }) => status !== "offline") });
    })
    .post("/executors/:executor_id/drain", async (c) =>
      c.json(await orderDrain(drainDeps(c), c.req.param("executor_id"), "drain")),
    )
    .delete("/executors/:executor_id/drain", async (c) =>
      c.json(await orderDrain(drainDeps(c), c.req.param("executor_id"), "none")),
    )
    .post("/executors/:executor_id/probe", async (c) => {
      const wait = wholeNumber("wait", c.req.query("wait"), WAIT_S);
      const { redis, registry } = c.var.connect();
      const deps = { redis, registry, keys, shards, clock };
      const asking = { recheck: c.var.recheck, signal: c.req.raw.signal, clock };
      const probe = await whileAllowed(asking, (signal) =>
        orderProbe(deps, c.req.param("executor_id"), { seconds: wait, signal }),
      );
      if (!probe) throw invalidKey();
      return c.json(probe, probe.done ? 200 : 202);
    })
    .get("/overview", async (c) => {
      const { redis, registry } = c.var.connect();
      return c.json(await readOverview({ redis, keys, shards, pools }, await registry.executors()));
    })
    .get("/dead-letters", async (c) => {
      const limit = wholeNumber("limit", c.req.query("limit"), PAGE);
      const cursor = c.req.query("cursor");
      const { redis } = c.var.connect();
      return c.json(await listDeadLetters({ redis, keys, shards }, { limit, ...(cursor ? { cursor } : {}) }));
    })
    .get("/dead-letters/:dead_letter_id", async (c) => {
      const { redis } = c.var.connect();
      return c.json(await readDeadLetter({ redis, keys, shards }, c.req.param("dead_letter_id")));
    })
    .post("/dead-letters/:dead_letter_id/redrive", async (c) => {
      const { redis } = c.var.connect();
      await redriveDeadLetter({ redis, keys, shards }, c.req.param("dead_letter_id"));
      return c.body(null, 204);
    });
}
