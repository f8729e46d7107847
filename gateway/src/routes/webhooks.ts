/** /v1/webhooks: addresses that are told what becomes of their owner's runs, and the secrets that sign it. */
import type { WebhookCreate, WebhookList } from "@myspinbot/contracts/types.ts";
import { validateWebhookCreate } from "@myspinbot/contracts/validators.js";
import { Hono } from "hono";
import type { AppEnv } from "../app-env.ts";
import { fieldErrors } from "../errors/field-errors.ts";
import { jsonBody } from "../middleware/json-body/json-body.ts";
import { pageOf } from "./deliveries.ts";

const NEVER_KEPT = { "Cache-Control": "no-store" };

export function webhookRoutes(): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .post(
      "/",
      jsonBody<WebhookCreate>((body) => fieldErrors(validateWebhookCreate, body)),
      async (c) => {
        const webhook = await c.var.connect().webhooks.create(c.var.owner, c.var.body);
        return c.json(webhook, 201, { ...NEVER_KEPT, Location: `/v1/webhooks/${webhook.webhook_id}` });
      },
    )
    .get("/", async (c) =>
      c.json<WebhookList>({ webhooks: await c.var.connect().webhooks.list(c.var.owner) }),
    )
    .get("/:webhook_id", async (c) =>
      c.json(await c.var.connect().webhooks.get(c.var.owner, c.req.param("webhook_id"))),
    )
    .delete("/:webhook_id", async (c) => {
      await c.var.connect().webhooks.delete(c.var.owner, c.req.param("webhook_id"));
      return c.body(null, 204);
    })
    .post("/:webhook_id/enable", async (c) =>
      c.json(await c.var.connect().webhooks.enable(c.var.owner, c.req.param("webhook_id"))),
    )
    .post("/:webhook_id/rotate", async (c) =>
      c.json(await c.var.connect().webhooks.rotate(c.var.owner, c.req.param("webhook_id")), 200, NEVER_KEPT),
    )
    .get("/:webhook_id/deliveries", async (c) => {
      const { webhooks, deliveries } = c.var.connect();
      const { webhook_id } = await webhooks.get(c.var.owner, c.req.param("webhook_id"));
      return c.json(await deliveries.ofWebhook(webhook_id, pageOf(c.req)));
    });
}

/** /v1/webhook-secret: signs what the webhooks are told that runs name. */
export function webhookSecretRoutes(): Hono<AppEnv> {
  return new Hono<AppEnv>().post("/rotate", async (c) =>
    c.json(await c.var.connect().webhooks.rotateForRuns(c.var.owner), 200, NEVER_KEPT),
  );
}
