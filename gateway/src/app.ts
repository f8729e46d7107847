/** Composes the HTTP app, once per process: the same in every runtime, and without a connection of its own. */
import { Hono } from "hono";
import type { AppEnv } from "./app-env.ts";
import type { Connect } from "./connected.ts";
import { gate } from "./middleware/gate.ts";
import { notFound, onError } from "./middleware/problems/on-error.ts";
import type { ProcessWide } from "./process-wide.ts";
import { artifactRoutes } from "./routes/artifacts.ts";
import { catalogueRoutes } from "./routes/catalogue.ts";
import { fileRoutes } from "./routes/files.ts";
import { keyRoutes } from "./routes/keys.ts";
import { operatorRoutes } from "./routes/operators.ts";
import { runControlRoutes } from "./routes/run-control.ts";
import { runEventRoutes } from "./routes/run-events.ts";
import { runRoutes } from "./routes/runs.ts";
import { runTokenRoutes } from "./routes/run-tokens.ts";
import { serviceRoutes } from "./routes/service.ts";
import { deliveryRoutes, runDeliveryRoutes } from "./routes/deliveries.ts";
import { webhookRoutes, webhookSecretRoutes } from "./routes/webhooks.ts";
import { ownRun } from "./runs/own-run.ts";

/** @param connect asked by requests that need Redis or the store */
export function createApp(shared: ProcessWide, connect: Connect): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const answerError = onError(shared.logger);
  app.use(gate(shared, connect, answerError));
  app.use("/v1/runs/:run_id/*", ownRun(shared));
  app.route("/", serviceRoutes(shared));
  app.route("/v1", catalogueRoutes(shared));
  app.route("/v1/runs", runRoutes(shared));
  app.route("/v1/runs", runControlRoutes(shared));
  app.route("/v1/runs", runEventRoutes(shared));
  app.route("/v1/runs", runDeliveryRoutes(shared));
  app.route("/v1/webhooks", webhookRoutes());
  app.route("/v1/webhook-secret", webhookSecretRoutes());
  app.route("/v1/deliveries", deliveryRoutes());
  app.route("/v1/runs", runTokenRoutes(shared));
  app.route("/v1/keys", keyRoutes());
  app.route("/v1/files", fileRoutes(shared));
  app.route("/v1/artifacts", artifactRoutes());
  app.route("/v1", operatorRoutes(shared));
  app.onError(answerError);
  app.notFound(notFound(app));
  return app;
}
