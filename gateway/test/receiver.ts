/** A receiver of webhooks that answers as a test says, and keeps what it got. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Got {
  method: string;
  path: string;
  headers: Record<string, string>;
  /** Names as they were sent, lower-case, in order. */
  names: string[];
  body: string;
}

export type Answering = (response: ServerResponse, got: Got, request: IncomingMessage) => unknown;

export interface Receiver {
  url: string;
  port: number;
  got: Got[];
  /** Connections that were ever made. */
  connections(): number;
  /** From the next request on. */
  answer(how: Answering): void;
  close(): Promise<void>;
}

const fine: Answering = (response) => response.writeHead(204).end();

export async function startReceiver(): Promise<Receiver> {
  const got: Got[] = [];
  let answering = fine;
  let connections = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => {});
    request.on("end", () => {
      const each: Got = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers as Record<string, string>,
        names: request.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()),
        body: Buffer.concat(chunks).toString(),
      };
      got.push(each);
      answering(response, each, request);
    });
  });
  server.on("connection", () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    got,
    connections: () => connections,
    answer: (how) => void (answering = how),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
