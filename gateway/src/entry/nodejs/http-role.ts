/** The role `http`: serves the app on Node.js and stops without cutting off who is being answered. */
import type { Server } from "node:http";
import { createApp } from "../../app.ts";
import { systemClock } from "../../clock.ts";
import { createConnected } from "../../connected.ts";
import { createEventHub } from "../../events/event-hub.ts";
import type { RoleState } from "../../health/readiness.ts";
import { createHttpServer } from "./http-server.ts";
import { makeBucket } from "../make-bucket.ts";
import { createDigest } from "./digest.ts";
import { readPage } from "./page-files.ts";
import { createShared } from "../shared.ts";
import type { Role, RoleContext } from "./role.ts";

/** Longest time that open event streams and slow answers get at a stop. */
const STOP_MS = 5000;

/** @throws an Error that names the port when it is taken. */
async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      reject(
        taken ? new Error(`Port ${port} on ${host} is taken: set GATEWAY_PORT to another, or to 0.`) : error,
      );
    });
    server.listen(port, host);
  });
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : "";
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}

export async function startHttp({
  base,
  config,
  extension,
  store,
  metrics,
  started,
}: RoleContext): Promise<Role> {
  const { keys, logger } = base;
  const redis = base.redis.commands();
  const subscriber = base.redis.subscriber();
  base.onClose(() => redis.disconnect());
  base.onClose(() => subscriber.disconnect());
  const hub = createEventHub({ redis, subscriber, keys, clock: systemClock, logger });
  const stopping = new AbortController();
  void makeBucket(store, logger, stopping.signal);
  const roles = (): RoleState[] => started.map((role) => role.state());
  const shared = {
    ...createShared({ base, config, extension, metrics, roles, createDigest }),
    ...readPage(config.page_dir),
  };
  const connected = createConnected(shared, { redis, hub, store });
  const app = createApp(shared, () => connected);
  const server = createHttpServer({
    fetch: (request, known) => app.fetch(request, known),
    host: config.host,
    logger,
  });
  await listen(server, config.host, config.port);
  logger.info("gateway listens", {
    url: urlOf(server, config.host),
    auth: config.auth === "required" ? "keys are required" : "loopback only, until there is an API key",
  });
  return {
    state: () => ({ role: "http", ready: true, detail: "running" }),
    async stop(graceMs) {
      stopping.abort();
      hub.close();
      await close(server, Math.min(graceMs, STOP_MS));
    },
  };
}
