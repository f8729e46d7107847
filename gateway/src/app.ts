/** Composes the HTTP app. All that it needs is passed in, so that it is the same in every runtime. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { Hono } from "hono";
import type { AppEnv } from "./app-env.ts";
import { createArtifactService } from "./artifacts/artifact-service.ts";
import type { ObjectStore } from "./artifacts/object-store.ts";
import { createRegistry } from "./capabilities/registry.ts";
import type { Clock } from "./clock.ts";
import { createEventLog } from "./events/event-log.ts";
import type { EventHub } from "./events/event-hub.ts";
import { createFileStore } from "./files/file-store.ts";
import type { GraphCatalogue } from "./graphs/catalogue.ts";
import type { NodeTypes } from "./graphs/node-types.ts";
import type { RoleState } from "./health/readiness.ts";
import { newPlainId } from "./ids.ts";
import { loopbackOnly } from "./middleware/loopback/loopback-only.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import { notFound, onError } from "./middleware/problems/on-error.ts";
import { oneOwner, owners, type Identify } from "./middleware/owner.ts";
import { requestIds } from "./middleware/request-id.ts";
import { requestLog } from "./middleware/request-log/request-log.ts";
import type { Redis } from "./redis/client.ts";
import { artifactRoutes } from "./routes/artifacts.ts";
import { catalogueRoutes } from "./routes/catalogue.ts";
import { fileRoutes } from "./routes/files.ts";
import { runEventRoutes } from "./routes/run-events.ts";
import { runRoutes } from "./routes/runs.ts";
import { serviceRoutes } from "./routes/service.ts";
import { ownRun } from "./runs/own-run.ts";
import { createRunReader } from "./runs/run-reader.ts";
import { createRunService } from "./runs/run-service.ts";
import type { Logger } from "./telemetry/logger.ts";
import type { Metrics } from "./telemetry/metrics.ts";

export interface AppDeps {
  redis: Redis;
  keys: Keys;
  /** `s0`, `s1` ...: all shards there are. */
  shards: readonly string[];
  /** Pools of gpu-nodes. */
  pools: readonly string[];
  store: ObjectStore;
  hub: EventHub;
  nodeTypes: NodeTypes;
  graphs: GraphCatalogue;
  metrics: Metrics;
  logger: Logger;
  clock: Clock;
  random: () => number;
  /** What the roles of this process say about themselves, for /readyz. */
  roles: () => RoleState[];
  /** Of runs that ask for none. */
  deadlines: { startMs: number; runMs: number };
  /** How long an upload is kept after its last use. */
  uploadRetentionMs: number;
  version: string;
  heartbeatMs?: number;
  /** Tells callers apart; without it there is one owner. */
  identify?: Identify;
}

export function createApp(given: AppDeps): Hono<AppEnv> {
  const { redis, keys, shards, pools, clock, logger, nodeTypes } = given;
  const registry = createRegistry({ redis, keys, shard: shards[0] ?? "s0", pools, clock, logger });
  const reader = createRunReader({ redis, keys, clock, nodeTypes, registry });
  const files = createFileStore({ ...given, retentionMs: given.uploadRetentionMs });
  const deps = {
    ...given,
    registry,
    reader,
    files,
    log: createEventLog(redis, keys),
    artifacts: createArtifactService({ redis, keys, shards }),
    service: createRunService({ ...given, files, registry, reader }),
    snapshot: reader.snapshot,
  };

  const app = new Hono<AppEnv>();
  app.use(requestIds(() => newPlainId("req")));
  app.use(requestLog(given));
  app.use(securityHeaders());
  app.use(loopbackOnly());
  app.use(owners(given.identify ?? oneOwner));
  app.use("/v1/runs/:run_id/*", ownRun(deps));
  app.route("/", serviceRoutes(deps));
  app.route("/v1", catalogueRoutes(deps));
  app.route("/v1/runs", runRoutes(deps));
  app.route("/v1/runs", runEventRoutes(deps));
  app.route("/v1/files", fileRoutes(deps));
  app.route("/v1/artifacts", artifactRoutes(deps));
  app.onError(onError(logger));
  app.notFound(notFound(app));
  return app;
}
