/** /v1/deliveries and /v1/runs/{run_id}/deliveries: what webhooks were told, and once more. */
import { Hono } from "hono";
import type { AppEnv } from "../app-env.ts";
import { wholeNumber } from "../middleware/params/query.ts";
import { assertRunId } from "../runs/ids.ts";
import type { PageRequest } from "../webhooks/delivery-store.ts";

const PAGE = { min: 1, max: 200, otherwise: 50 };

export function pageOf(request: { query(name: string): string | undefined }): PageRequest {
  const cursor = request.query("cursor");
  const limit = wholeNumber("limit", request.query("limit"), PAGE);
  return { limit, ...(cursor ? { cursor } : {}) };
}

export function deliveryRoutes(): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get("/:delivery_id", async (c) =>
      c.json(await c.var.connect().deliveries.get(c.var.owner, c.req.param("delivery_id"))),
    )
    .post("/:delivery_id/redeliver", async (c) =>
      c.json(await c.var.connect().deliveries.redeliver(c.var.owner, c.req.param("delivery_id")), 202),
    );
}

export function runDeliveryRoutes({ shards }: { shards: readonly string[] }): Hono<AppEnv> {
  return new Hono<AppEnv>().get("/:run_id/deliveries", async (c) => {
    const run = assertRunId(c.req.param("run_id"), shards);
    return c.json(await c.var.connect().deliveries.ofRun(run, pageOf(c.req)));
  });
}
