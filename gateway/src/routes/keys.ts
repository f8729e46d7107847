/** /v1/keys: API keys are made, listed and revoked. */
import type { ApiKeyCreate, ApiKeyPage, NewApiKey } from "@myspinbot/contracts/types.ts";
import { validateApiKeyCreate } from "@myspinbot/contracts/validators.js";
import { Hono } from "hono";
import type { AppEnv } from "../app-env.ts";
import { fieldErrors } from "../errors/field-errors.ts";
import { jsonBody } from "../middleware/json-body/json-body.ts";
import { wholeNumber } from "../middleware/params/query.ts";

const PAGE = { min: 1, max: 200, otherwise: 50 };

export function keyRoutes(): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .post(
      "/",
      jsonBody<ApiKeyCreate>((body) => fieldErrors(validateApiKeyCreate, body)),
      async (c) => {
        c.header("Cache-Control", "no-store");
        return c.json<NewApiKey>(await c.var.connect().apiKeys.create(c.var.body), 201);
      },
    )
    .get("/", async (c) => {
      const limit = wholeNumber("limit", c.req.query("limit"), PAGE);
      const cursor = c.req.query("cursor");
      const page = await c.var.connect().apiKeys.list({ limit, ...(cursor ? { cursor } : {}) });
      return c.json<ApiKeyPage>(page);
    })
    .delete("/:key_id", async (c) => {
      await c.var.connect().apiKeys.revoke(c.req.param("key_id"));
      return c.body(null, 204);
    });
}
