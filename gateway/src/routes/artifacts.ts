/** /v1/artifacts: what is known of an artifact, and its bytes. */
import { Hono } from "hono";
import type { AppEnv } from "../app-env.ts";
import { artifactContent } from "../artifacts/content.ts";

export function artifactRoutes(): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get("/:artifact_id", async (c) =>
      c.json(await c.var.connect().artifacts.get(c.var.caller, c.req.param("artifact_id"))),
    )
    .get("/:artifact_id/content", async (c) => {
      const { artifacts, store } = c.var.connect();
      const artifact = await artifacts.get(c.var.caller, c.req.param("artifact_id"));
      return artifactContent(store, artifact, c.req.raw);
    });
}
