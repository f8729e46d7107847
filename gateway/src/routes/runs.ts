/** /v1/runs: create, list, read, cancel, delete. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { RunCreate } from "@myspinbot/contracts/types.ts";
import { validateRunCreate } from "@myspinbot/contracts/validators.js";
import { RUN_STATUSES } from "@myspinbot/contracts/wire.ts";
import { Hono, type Context } from "hono";
import { quotaHeaders } from "../access/limits.ts";
import { whileAllowed, type Asking } from "../access/watch-access.ts";
import type { AppEnv } from "../app-env.ts";
import type { Clock } from "../clock.ts";
import type { FieldError } from "../errors/app-error.ts";
import { fieldErrors } from "../errors/field-errors.ts";
import { isTerminal } from "../events/event-log.ts";
import { wholeAnswer } from "../middleware/common-headers.ts";
import { readJson } from "../middleware/json-body/json-body.ts";
import { oneOf, wholeNumber } from "../middleware/params/query.ts";
import { cancelRun } from "../runs/cancel-run.ts";
import { deleteRun } from "../runs/delete-run.ts";
import { assertRunId } from "../runs/ids.ts";
import { listRuns } from "../runs/list-runs.ts";
import { toArtifacts, urlsOf } from "../runs/run-view.ts";
import { preferredWait, waitForEnd } from "../runs/wait-run.ts";

export interface RunRouteDeps {
  keys: Keys;
  shards: readonly string[];
  clock: Clock;
}

const PAGE = { min: 1, max: 200, otherwise: 50 };
const WAIT_S = { min: 0, max: 60, otherwise: 0 };

export function runRoutes(deps: RunRouteDeps): Hono<AppEnv> {
  const { keys, shards, clock } = deps;
  return new Hono<AppEnv>()
    .post("/", async (c) => {
      const body = await readJson<RunCreate>(c.req.raw, checkRunCreate, c.env?.arrived);
      const slow = c.get("recheckIfSlow")();
      if (slow) await slow;
      const wait = preferredWait(c.req.header("prefer"));
      const { service, reader, log, hub } = c.get("connect")();
      const { owner, key } = c.get("caller");
      const created = await service.create(body, {
        owner,
        key,
        idempotencyKey: c.req.header("idempotency-key"),
      });
      let { status, text } = created;
      const headers: Record<string, string> = {
        "Content-Type": "application/json",
        Location: urlsOf(created.id).self,
      };
      if (created.quota) Object.assign(headers, quotaHeaders(created.quota));
      if (wait !== undefined && !isTerminal(status)) {
        headers["Preference-Applied"] = `wait=${wait}`;
        const run = await whileAllowed(asking(c, clock), async (signal) => {
          await waitForEnd({ log, hub, clock }, created.id, wait, signal);
          return reader.getIfReadable(created.id);
        });
        if (run) [status, text] = [run.status, JSON.stringify(run)];
      }
      return wholeAnswer(c, text, { status: wait !== undefined && isTerminal(status) ? 200 : 202, headers });
    })
    .get("/", async (c) => {
      const { graph, tag, without_tag, cursor } = c.req.query();
      const status = oneOf("status", c.req.query("status"), RUN_STATUSES);
      const filter = {
        owner: c.var.owner,
        ...(status ? { status } : {}),
        ...(graph ? { graph } : {}),
        ...(tag ? { tag } : {}),
        ...(without_tag ? { withoutTag: without_tag } : {}),
      };
      const limit = wholeNumber("limit", c.req.query("limit"), PAGE);
      const { redis } = c.var.connect();
      return c.json(
        await listRuns({ redis, keys, shards }, filter, { limit, ...(cursor ? { cursor } : {}) }),
      );
    })
    .get("/:run_id", async (c) =>
      c.json(await c.var.connect().reader.get(assertRunId(c.req.param("run_id"), shards))),
    )
    .get("/:run_id/artifacts", async (c) => {
      const source = await c.var.connect().reader.record(assertRunId(c.req.param("run_id"), shards));
      return c.json({ artifacts: toArtifacts(source) });
    })
    .post("/:run_id/cancel", async (c) => {
      const id = assertRunId(c.req.param("run_id"), shards);
      const wait = wholeNumber("wait", c.req.query("wait"), WAIT_S);
      const { redis, reader, log, hub, wake } = c.var.connect();
      await cancelRun({ redis, keys }, id);
      wake?.();
      const before = await reader.get(id);
      const after = await whileAllowed(asking(c, clock), async (signal) => {
        if (wait === 0) return undefined;
        if (!isTerminal(before.status)) await waitForEnd({ log, hub, clock }, id, wait, signal);
        return reader.getIfReadable(id);
      });
      const run = after ?? before;
      return c.json(run, isTerminal(run.status) ? 200 : 202);
    })
    .delete("/:run_id", async (c) => {
      const { redis, store } = c.var.connect();
      await deleteRun({ redis, keys, store, clock }, assertRunId(c.req.param("run_id"), shards));
      return c.body(null, 204);
    });
}

function asking(c: Context<AppEnv>, clock: Clock): Asking {
  return { recheck: c.get("recheck"), signal: c.req.raw.signal, clock };
}

/** An inline graph is judged by itself, so that its errors are not mixed with those of "must be a name". */
function checkRunCreate(body: unknown): FieldError[] {
  const inline =
    typeof body === "object" &&
    body !== null &&
    "graph" in body &&
    typeof body.graph === "object" &&
    body.graph !== null;
  return fieldErrors(validateRunCreate, inline ? { ...body, graph: "inline" } : body);
}
