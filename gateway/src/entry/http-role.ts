/** Serves the app over HTTP on Node.js and stops without cutting off who is being answered. */
import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { createApp, type AppDeps } from "../app.ts";

export interface HttpRole {
  /** Address that was bound, e.g. `http://127.0.0.1:8787`. */
  url: string;
  /** Stops accepting, waits for answers under way, cuts off what is left after `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** @throws an Error that names the port when it is taken. */
export async function startHttpRole(deps: AppDeps, host: string, port: number): Promise<HttpRole> {
  const app = createApp(deps);
  const server = serve({ fetch: app.fetch, hostname: host, port }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      reject(taken ? new Error(`port ${port} on ${host} is taken; set GATEWAY_PORT to another, or to 0`) : error);
    });
  });
  const address = server.address();
  const bound = typeof address === "object" && address ? address.port : port;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}`,
    async stop(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(cut);
    },
  };
}
