/** What the gateway says about itself: /, /healthz, /readyz, /metrics, /openapi.json. */
import { OPENAPI } from "@myspinbot/contracts/openapi.ts";
import type { Health, ServiceInfo } from "@myspinbot/contracts/types.ts";
import { Hono, type Handler } from "hono";
import type { AppEnv } from "../app-env.ts";
import { AppError } from "../errors/app-error.ts";
import { perPool, readGauges, type GaugeDeps } from "../health/gauges.ts";
import { checkReadiness, type ReadinessDeps } from "../health/readiness.ts";
import { compareShards } from "../operators/compare-shards.ts";
import type { Metrics } from "../telemetry/metrics.ts";

export interface ServiceDeps extends Omit<GaugeDeps & ReadinessDeps, "redis" | "store" | "compareShards"> {
  metrics: Metrics;
  version: string;
}

export function serviceRoutes(deps: ServiceDeps): Hono<AppEnv> {
  const alive: Handler<AppEnv> = (c) => c.json<Health>({ status: "ok" });
  return new Hono<AppEnv>()
    .get("/", (c) => c.json(about(deps.version)))
    .get("/healthz", alive)
    .get("/health", alive)
    .get("/readyz", async (c) => {
      const around = { ...deps, ...c.var.connect() };
      const { checks, problems } = await checkReadiness({
        ...around,
        compareShards: () => compareShards(around),
      });
      const shown = await c.var.mayOperate();
      if (problems.length > 0)
        throw new AppError(
          "not-ready",
          shown ? problems.join("; ") : "Not everything is there that is needed.",
          {
            headers: { "Retry-After": "2" },
          },
        );
      return c.json<Health>({ status: "ok", ...(shown ? { checks } : {}) });
    })
    .get("/metrics", async (c) => {
      // What this process counts is told also while Redis is away.
      const { redis, registry, store } = c.var.connect();
      const [gauges, executors, storeUp] = await Promise.all([
        readGauges({ ...deps, redis }).catch(unlessAway),
        registry.executors().catch(unlessAway),
        store.ensureBucket().then(
          () => true,
          () => false,
        ),
      ]);
      const around = { storeUp, executors: perPool(deps.pools, executors ?? []) };
      const { body, contentType } = await deps.metrics.render(gauges, around);
      return c.body(body, 200, { "Content-Type": contentType });
    })
    .get("/openapi.json", (c) => c.json(OPENAPI));
}

function unlessAway(error: unknown): undefined {
  if (!(error instanceof AppError)) throw error;
}

function about(version: string): ServiceInfo {
  return {
    name: "MySpinBot gateway",
    description:
      "Submit a job over HTTP, watch it run on a GPU box, get its artifacts. Without API keys it serves its own machine only.",
    version,
    urls: {
      openapi: "/openapi.json",
      graphs: "/v1/graphs",
      capabilities: "/v1/capabilities",
      runs: "/v1/runs",
      files: "/v1/files",
      webhooks: "/v1/webhooks",
      health: "/healthz",
      ready: "/readyz",
      metrics: "/metrics",
    },
  };
}
