/** Serves an app on Node.js: also what never becomes a request of the app is answered with a problem. */
import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Duplex } from "node:stream";
import { getRequestListener, RequestError } from "@hono/node-server";
import type { ProblemCode } from "@myspinbot/contracts/problem-types.ts";
import type { AppEnv } from "../../app-env.ts";
import { PROBLEM_MEDIA_TYPE, toProblem } from "../../errors/problem.ts";
import { newPlainId } from "../../ids.ts";
import type { Logger } from "../../telemetry/logger.ts";

export interface HttpServerOptions {
  fetch: (request: Request, known: AppEnv["Bindings"]) => Response | Promise<Response>;
  /** Stands in for the Host header of HTTP/1.0. */
  host: string;
  logger: Logger;
}

/** What Node.js says of a connection -> what the client hears; all else is no HTTP. */
const CLIENT_ERRORS: Record<string, [code: ProblemCode, detail: string]> = {
  HPE_HEADER_OVERFLOW: ["headers-too-large", "The headers may have 16 KiB."],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ["body-too-large", "The extensions of the chunks are too large."],
  ERR_HTTP_REQUEST_TIMEOUT: ["request-timeout", "The request did not come in time."],
};
const NO_HTTP: [code: ProblemCode, detail: string] = ["malformed-http", "The request cannot be read."];

/** What is being answered on a connection: a second head must not be written into it. */
const ANSWER = Symbol("answer");
type Answering = Duplex & { [ANSWER]?: ServerResponse };

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export function createHttpServer({ fetch, host, logger }: HttpServerOptions): Server {
  const refuse = (code: ProblemCode, detail: string): Answer => {
    const answer = toAnswer(code, detail);
    const level = answer.status >= 500 ? "error" : "info";
    logger[level]("request refused", {
      request_id: answer.headers["X-Request-Id"],
      code,
      status: answer.status,
    });
    return answer;
  };
  const serve = getRequestListener((request, { incoming }) => fetch(request, knownOf(incoming)), {
    hostname: host,
    errorHandler(error) {
      const { status, headers, body } =
        error instanceof RequestError
          ? refuse("malformed-http", "The Host header or the address cannot be read.")
          : refuse("internal", "Something unexpected happened.");
      return new Response(body, { status, headers });
    },
  });
  const listen = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    (incoming.socket as Answering)[ANSWER] = outgoing;
    if (hasHost(incoming)) return void serve(incoming, outgoing);
    const { status, headers, body } = refuse("malformed-http", "The request must have one Host header.");
    outgoing.writeHead(status, { ...headers, Connection: "close" }).end(body);
  };

  // By itself Node.js answers a missing Host and an unknown Expect with nothing but a status.
  const server = createServer({ requireHostHeader: false }, listen);
  server.on("checkExpectation", listen);
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (
      error.code === "ECONNRESET" ||
      !socket.writable ||
      (socket as Answering)[ANSWER]?.headersSent === true
    ) {
      socket.destroy();
      return;
    }
    const answer = refuse(...(CLIENT_ERRORS[error.code ?? ""] ?? NO_HTTP));
    socket.end(toText(answer), () => socket.destroy());
  });
  return server;
}

function knownOf(incoming: Pick<IncomingMessage, "socket"> & Arriving): AppEnv["Bindings"] {
  const peer = incoming.socket.remoteAddress;
  return { ...(peer === undefined ? {} : { peer }), arrived: (length) => arrived(incoming, length) };
}

type Arriving = Pick<IncomingMessage, "readableLength" | "readableDidRead"> & {
  read(): unknown;
  resume(): unknown;
};

/** What came with the head waits in the stream's memory, and is given out as soon as both have been read. */
async function arrived(body: Arriving, length: number): Promise<Buffer<ArrayBuffer> | undefined> {
  // The request is told when its head is read, and this lets the rest of what has come be read, too.
  await Promise.resolve();
  if (length === 0 || body.readableLength !== length || body.readableDidRead) return undefined;
  const bytes = body.read() as Buffer<ArrayBuffer>;
  // It hears of its end by itself.
  body.resume();
  return bytes;
}

function hasHost({ httpVersion, rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]!.length === 4 && rawHeaders[at]!.toLowerCase() === "host") hosts += 1;
  return hosts === 1 || (hosts === 0 && httpVersion === "1.0");
}

function toAnswer(code: ProblemCode, detail: string): Answer {
  const problem = toProblem(code, detail);
  const body = JSON.stringify(problem);
  return {
    status: problem.status,
    headers: {
      "Content-Type": PROBLEM_MEDIA_TYPE,
      "Content-Length": String(Buffer.byteLength(body)),
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
      "X-Request-Id": newPlainId("req"),
    },
    body,
  };
}

function toText({ status, headers, body }: Answer): string {
  const all = { ...headers, Connection: "close" };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Error"}\r\n${lines.join("")}\r\n${body}`;
}
