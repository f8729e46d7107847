/** The role `http`: serves the app on Node.js and stops without cutting off who is being answered. */
import type { Server } from "node:http";
import { createApp } from "../../app.ts";
import { systemClock } from "../../clock.ts";
import { createConnected } from "../../connected.ts";
import { createEventHub } from "../../events/event-hub.ts";
import type { ApiKeys } from "../../access/api-keys.ts";
import type { Logger } from "../../telemetry/logger.ts";
import type { RoleState } from "../../health/readiness.ts";
import { createHttpServer } from "./http-server.ts";
import { makeBucket } from "../make-bucket.ts";
import { createDigest } from "./digest.ts";
import { readPage } from "./page-files.ts";
import { createShared } from "../shared.ts";
import type { Role, RoleContext } from "./role.ts";

/** Longest time that open event streams and slow answers get at a stop. */
const STOP_MS = 5000;

/** What the system says of a port -> what is wrong with it, and what mends it. */
const REFUSALS: Record<string, string> = {
  EADDRINUSE: "is taken: set GATEWAY_PORT to another, or to 0",
  EACCES: "may not be opened by this user: set GATEWAY_PORT to another, or to 0",
  EADDRNOTAVAIL: "is not of this machine: set GATEWAY_HOST to an address of it",
  ENOTFOUND: "is at no known host: set GATEWAY_HOST to an address of this machine",
};

/** @throws an Error that says which port cannot be had, and what mends it */
async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", (error: NodeJS.ErrnoException) => {
      const said = REFUSALS[error.code ?? ""];
      reject(said === undefined ? error : new Error(`Port ${port} on ${host} ${said}.`));
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

/** Where keys are needed nobody is served before there is one. While Redis is away nothing is known of them. */
async function sayWithoutKeys(apiKeys: Pick<ApiKeys, "made">, logger: Logger): Promise<void> {
  try {
    if (await apiKeys.made()) return;
  } catch {
    return;
  }
  logger.warn("no API key was made yet", {
    first: "npm run keys -- create --owner NAME --scopes runs:write,runs:read,operate",
  });
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
  if (config.auth === "required") void sayWithoutKeys(connected.apiKeys, logger);
  return {
    state: () => ({ role: "http", ready: true, detail: "running" }),
    async stop(graceMs) {
      stopping.abort();
      hub.close();
      await close(server, Math.min(graceMs, STOP_MS));
    },
  };
}
