/**
 * What stands between a quick tunnel and the gateway: nobody knows the public address before the tunnel has one, and
 * the gateway serves its own pages only. Here its page is its own under the public address, too, and no other is.
 */
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface Front {
  /** Where cloudflared leads to. */
  readonly url: string;
  close(): Promise<void>;
}

const AWAY = 502;

/** @param publicUrl of the tunnel, once it has one */
export async function openFront(gateway: string, publicUrl: () => string | undefined): Promise<Front> {
  const { hostname, port, origin: own } = new URL(gateway);
  const server = createServer((incoming, response) => {
    const { method = "GET", url = "/", headers } = incoming;
    const isOurs = headers.origin !== undefined && headers.origin === publicUrl();
    const shown = { ...headers, ...(isOurs ? { origin: own } : {}) };
    const asked = request({ hostname, port, method, path: url, headers: shown }, (answer) => {
      response.writeHead(answer.statusCode ?? AWAY, answer.headers);
      answer.once("error", () => response.destroy());
      answer.pipe(response);
    });
    asked.once("error", () => {
      if (response.headersSent) response.destroy();
      else response.writeHead(AWAY).end();
    });
    // Streams end for the gateway when nobody reads them any more.
    response.once("close", () => asked.destroy());
    incoming.once("error", () => asked.destroy());
    incoming.pipe(asked);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
