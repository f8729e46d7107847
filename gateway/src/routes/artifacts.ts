/** /v1/artifacts: what is known of an artifact, and its bytes. */
import { Hono } from "hono";
import type { AppEnv } from "../app-env.ts";
import type { ArtifactService } from "../artifacts/artifact-service.ts";
import { artifactContent } from "../artifacts/content.ts";
import type { ObjectStore } from "../artifacts/object-store.ts";

export function artifactRoutes({
  artifacts,
  store,
}: {
  artifacts: ArtifactService;
  store: ObjectStore;
}): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get("/:artifact_id", async (c) => c.json(await artifacts.get(c.var.owner, c.req.param("artifact_id"))))
    .get("/:artifact_id/content", async (c) =>
      artifactContent(store, await artifacts.get(c.var.owner, c.req.param("artifact_id")), c.req.raw),
    );
}
