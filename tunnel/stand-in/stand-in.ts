/**
 * Stands in for Cloudflare's edge and the tunnel behind it: takes TLS, wants a service token, and passes TCP inside
 * WebSockets or HTTP on to a target. Drops, stalls, delays and refuses as it is told.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { request, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { ownCertificate, type Certificate } from "@myspinbot/services/certificate.ts";
import { socketEnd, webSocketEnd } from "./ends.ts";
import { refusalOf, RUDENESS, written, type Manners, type Mode, type Token } from "./manners.ts";
import { createPipe, type Counts, type Pipe } from "./pipe.ts";

export interface Target {
  readonly host: string;
  readonly port: number;
}

/**
 * `carried`: TCP inside WebSockets, with TLS; `http`: HTTP with TLS. For comparison, where nobody is asked for a token:
 * `tls`: TCP inside TLS; `plain`: TCP as it is.
 */
export type Kind = "carried" | "http" | "tls" | "plain";

/** What is wrong with the certificate of a route; a folder of this name has it. */
export type Flaw = "expired" | "of-another";

export interface Route {
  readonly kind: Kind;
  readonly target: Target;
  readonly flaw?: Flaw;
}

export interface StandInOptions {
  /** The certificate lies here; made if absent. */
  readonly dir: string;
  /** Where it listens; one of this machine. */
  readonly host?: string;
  readonly token?: Token;
  readonly routes: Readonly<Record<string, Route>>;
}

export interface StandIn {
  /** Port of each route. */
  readonly ports: Readonly<Record<string, number>>;
  readonly host: string;
  /** Path of the PEM file by which clients know it. */
  readonly certificate: string;
  /** May be changed at any time. */
  readonly manners: Manners;
  readonly counts: Counts;
  readonly open: number;
  /** All that went over the wires of its clients, both ways, TLS included. */
  readonly wireBytes: number;
  /** What all connections of this moment suffer. */
  suffer(what: keyof Pipe): void;
  stop(): Promise<void>;
}

export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const { dir, host = "127.0.0.1", routes } = options;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const own = ownCertificate(dir, [host]);
  const manners: Manners = { mode: "pass", delayMs: 0, bytesPerSecond: 0, token: options.token ?? null };
  const counts: Counts = { opened: 0, refused: 0, bytesUp: 0, bytesDown: 0 };
  const pipes = new Set<Pipe>();
  const sockets = new Set<Socket>();
  let endedBytes = 0;
  const edge: Edge = {
    manners,
    refuse: () => void (counts.refused += 1),
    keep(ends) {
      const pipe = createPipe(ends, { manners, counts, onEnd: (over) => pipes.delete(over) });
      pipes.add(pipe);
    },
  };

  const servers = await Promise.all(
    Object.entries(routes).map(async ([name, { kind, target, flaw }]) => {
      const { cert, key } = flaw ? flawed(join(dir, flaw), flaw, host) : own;
      const server = SERVERS[kind](edge, target, { cert: readFileSync(cert), key: readFileSync(key) });
      server.on("connection", (socket: Socket) => {
        sockets.add(socket);
        socket.once("close", () => {
          sockets.delete(socket);
          endedBytes += bytesOf(socket);
        });
      });
      server.on("tlsClientError", () => {});
      await listen(server, host);
      return { name, server, port: (server.address() as AddressInfo).port };
    }),
  );
  return {
    ...{ host, manners, counts, certificate: own.cert },
    ports: Object.fromEntries(servers.map(({ name, port }) => [name, port])),
    get open() {
      return pipes.size;
    },
    get wireBytes() {
      return [...sockets].reduce((sum, socket) => sum + bytesOf(socket), endedBytes);
    },
    suffer: (what) => [...pipes].forEach((pipe) => pipe[what]()),
    async stop() {
      for (const pipe of pipes) pipe.cut();
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map(({ server }) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

function flawed(dir: string, flaw: Flaw, host: string): Certificate {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return flaw === "expired" ? ownCertificate(dir, [host], -0.5) : ownCertificate(dir, ["192.0.2.1"]);
}

const bytesOf = ({ bytesRead, bytesWritten }: Socket): number => bytesRead + bytesWritten;

interface Edge {
  readonly manners: Manners;
  refuse(): void;
  keep(ends: Parameters<typeof createPipe>[0]): void;
}

function listen(server: Server, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
}

type Tls = { cert: Buffer; key: Buffer };

const SERVERS: Record<Kind, (edge: Edge, target: Target, tls: Tls) => Server> = {
  plain: (edge, target) => createServer((socket) => passPlain(edge, socket, target)),
  tls: (edge, target, tls) => createTlsServer(tls, (socket) => passPlain(edge, socket, target)),

  carried(edge, target, tls) {
    const server = createHttpsServer(tls);
    server.on("request", (_: IncomingMessage, response: ServerResponse) => {
      // As Access does before it asks for the token: cloudflared looks where to log in.
      response.writeHead(400).end();
    });
    server.on("upgrade", (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
      socket.on("error", () => {});
      if (isRude(edge.manners.mode, socket)) return edge.refuse();
      const refusal = refusalOf(edge.manners, incoming.headers);
      if (refusal) {
        edge.refuse();
        socket.end(written(refusal));
        return;
      }
      const behind = connect(target.port, target.host);
      behind.once("error", () => socket.destroy());
      edge.keep({ client: webSocketEnd(incoming, socket, head), target: socketEnd(behind) });
    });
    return server;
  },

  http({ manners }, target, tls) {
    const server = createHttpsServer(tls);
    server.on("request", (incoming: IncomingMessage, response: ServerResponse) => {
      if (isRude(manners.mode, incoming.socket)) return;
      const refusal = refusalOf(manners, incoming.headers);
      if (refusal) {
        response.writeHead(refusal.status, refusal.headers).end(refusal.body);
        return;
      }
      const { method = "GET", url = "/", headers } = incoming;
      // The name that was asked for stays: signatures of S3 are made over it.
      const asked = request({ ...target, method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      asked.once("error", () => response.destroy());
      response.once("close", () => asked.destroy());
      incoming.pipe(asked);
    });
    return server;
  },
};

function passPlain(edge: Edge, socket: Socket, target: Target): void {
  edge.keep({ client: socketEnd(socket), target: socketEnd(connect(target.port, target.host)) });
}

function isRude(mode: Mode, socket: Socket): boolean {
  if (!Object.hasOwn(RUDENESS, mode)) return false;
  RUDENESS[mode as keyof typeof RUDENESS](socket);
  return true;
}
