/** /v1/runs/{run_id}: answer what a run asks, and fork it. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { RunFork, RunResume } from "@myspinbot/contracts/types.ts";
import { validateRunFork, validateRunResume } from "@myspinbot/contracts/validators.js";
import { Hono } from "hono";
import { quotaHeaders } from "../access/limits.ts";
import type { AppEnv } from "../app-env.ts";
import { fieldErrors } from "../errors/field-errors.ts";
import type { NodeTypes } from "../graphs/node-types.ts";
import { jsonBody } from "../middleware/json-body/json-body.ts";
import { assertRunId } from "../runs/ids.ts";
import { resumeRun } from "../runs/resume-run.ts";
import { urlsOf } from "../runs/run-view.ts";

export interface RunControlDeps {
  keys: Keys;
  shards: readonly string[];
  nodeTypes: NodeTypes;
}

export function runControlRoutes({ keys, shards, nodeTypes }: RunControlDeps): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .post(
      "/:run_id/resume",
      jsonBody<RunResume>((body) => fieldErrors(validateRunResume, body)),
      async (c) => {
        const run = assertRunId(c.req.param("run_id"), shards);
        const { redis, reader, files, wake } = c.var.connect();
        const own = { files, owner: c.var.owner };
        const key = c.req.header("idempotency-key");
        await resumeRun({ redis, keys, nodeTypes, own }, run, c.var.body, key);
        wake?.();
        return c.json(await reader.get(run), 202);
      },
    )
    .post(
      "/:run_id/fork",
      jsonBody<RunFork>((body) => fieldErrors(validateRunFork, body)),
      async (c) => {
        const { owner, key } = c.var.caller;
        const asking = { owner, key, idempotencyKey: c.req.header("idempotency-key") };
        const source = assertRunId(c.req.param("run_id"), shards);
        const { service } = c.var.connect();
        const { id, text, quota } = await service.fork(source, c.var.body, asking);
        const headers = { "Content-Type": "application/json", Location: urlsOf(id).self };
        return c.body(text, 202, { ...headers, ...(quota ? quotaHeaders(quota) : {}) });
      },
    );
}
