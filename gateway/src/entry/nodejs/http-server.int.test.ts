/** What reaches the wire when a request is none, or breaks off: over real sockets. */
import { once } from "node:events";
import type { Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { validateProblem } from "@myspinbot/contracts/validators.js";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { createAppHarness, PNG, type AppHarness } from "../../../test/app-harness.ts";
import { until } from "../../../test/until.ts";
import { noMetrics } from "../../telemetry/metrics.ts";
import { createLogger } from "../../telemetry/logger.ts";
import { createHttpServer } from "./http-server.ts";

let store: S3Access;
let h: AppHarness;
let server: Server;
let port: number;
let lines: Record<string, unknown>[] = [];
let counted: [route: string, status: number][] = [];
const logger = createLogger({
  now: Date.now,
  level: "debug",
  write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
});

beforeAll(async () => {
  store = await freshBucket(inject("store"));
  h = await createAppHarness("wire", {
    seaweed: store,
    deps: {
      logger,
      metrics: { ...noMetrics, request: (route, _method, status) => void counted.push([route, status]) },
    },
  });
  server = createHttpServer({ fetch: (request) => h.fetch(request), host: "127.0.0.1", logger });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await h.close();
});
afterEach(() => {
  lines = [];
  counted = [];
});

function dial(): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  return socket;
}

/** All that comes back for bytes, until the other side closes. */
async function exchange(
  bytes: string | Uint8Array,
): Promise<{ status: number; headers: string; body: string }> {
  const socket = dial();
  socket.write(bytes);
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString("utf8");
  const [headers = "", body = ""] = text.split("\r\n\r\n");
  return { status: Number(headers.split(" ")[1]), headers: headers.toLowerCase(), body };
}

const get = (host: string, more = "") => `GET /healthz HTTP/1.1\r\n${host}Connection: close\r\n${more}\r\n`;

describe("what is no request", () => {
  it.each([
    ["no HTTP", "hello\r\n\r\n", 400, "malformed-http"],
    ["a TLS hello", new Uint8Array([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]), 400, "malformed-http"],
    ["an unknown version", "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", 400, "malformed-http"],
    ["a bad header", "GET / HTTP/1.1\r\nHost: localhost\r\nBad Header\r\n\r\n", 400, "malformed-http"],
    [
      "two lengths",
      "POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      400,
      "malformed-http",
    ],
    [
      "headers without end",
      get("Host: localhost\r\n", `X: ${"x".repeat(20_000)}\r\n`),
      431,
      "headers-too-large",
    ],
    ["no Host", get(""), 400, "malformed-http"],
    ["two Hosts", get("Host: localhost\r\nHost: evil.example\r\n"), 400, "malformed-http"],
    ["a Host with a space", get("Host: local host\r\n"), 400, "malformed-http"],
    ["a Host with a path", get("Host: localhost/x\r\n"), 400, "malformed-http"],
    ["a Host with a user", get("Host: me@localhost\r\n"), 400, "malformed-http"],
    ["a Host with half an address", get("Host: [::1\r\n"), 400, "malformed-http"],
    ["a Host with too large a port", get("Host: localhost:99999\r\n"), 400, "malformed-http"],
  ])("%s is answered with a problem", async (_name, bytes, status, code) => {
    const answer = await exchange(bytes);
    const problem = JSON.parse(answer.body) as { code: string };
    expect([answer.status, problem.code]).toEqual([status, code]);
    expect(answer.headers).toContain("content-type: application/problem+json");
    expect(answer.headers).toContain("x-request-id: req_");
    expect(validateProblem(problem)).toBe(true);
    expect(lines).toMatchObject([{ level: "info", msg: "request refused", code }]);
  });

  it.each([
    ["HTTP/1.0 without a Host", "GET /healthz HTTP/1.0\r\n\r\n"],
    ["an Expect that nobody knows", get("Host: localhost\r\n", "Expect: tea\r\n")],
    ["an odd but whole Host", get("Host: LOCALHOST:80\r\n")],
  ])("%s is served", async (_name, bytes) => {
    expect(await exchange(bytes)).toMatchObject({ status: 200, body: '{"status":"ok"}' });
  });

  it("reads a raw UTF-8 file name from the wire", async () => {
    const head = `POST /v1/files HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename="портрет.png"\r\nContent-Length: ${PNG.length}\r\n\r\n`;
    const answer = await exchange(Buffer.concat([Buffer.from(head), PNG]));
    expect(JSON.parse(answer.body)).toMatchObject({ name: "портрет.png" });
  });
});

describe("a client that leaves in mid-body", () => {
  it.each([
    ["/v1/runs", "application/json", '{"graph":'],
    ["/v1/files", "image/png", "half of a picture"],
    ["/v1/files", "application/json", '{"name":'],
  ])("is no error of ours: %s %s", async (path, type, part) => {
    for (const framing of ["Content-Length: 5000", "Transfer-Encoding: chunked"]) {
      lines = [];
      counted = [];
      const socket = dial();
      const sent = framing.startsWith("T") ? `${part.length.toString(16)}\r\n${part}\r\n` : part;
      const arrived = once(server, "request");
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\n${framing}\r\n\r\n${sent}`,
      );
      await arrived;
      socket.resetAndDestroy();
      await until(async () => counted.length === 1);
      expect(counted).toEqual([[path, 499]]);
      expect(lines).toMatchObject([{ level: "info", msg: "request", status: 499 }]);
      expect(JSON.stringify(lines)).not.toContain("stack");
    }
  });
});
