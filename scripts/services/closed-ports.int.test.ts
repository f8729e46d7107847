import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { request } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listenersBelow } from "./listeners.ts";
import { type Stack, startStack } from "./stack.ts";

const folder = mkdtempSync(join(tmpdir(), "closed-"));
/** What lay there before: others' servers may have left what bears a port of ours. */
const before = new Set(readdirSync("/tmp"));
let stack: Stack;
let strangers: number[];

beforeAll(async () => {
  stack = await startStack({ dir: folder });
  const ours = [stack.gateway.port, stack.gpuNode.port];
  strangers = listenersBelow(process.pid)
    .map(({ port }) => port)
    .filter((port) => !ours.includes(port));
}, 90_000);
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The status that a server answers to somebody without keys; 0 if it does not speak with him. */
function ask(port: number, method: string, path: string, headers: Readonly<Record<string, string>>) {
  return new Promise<number>((resolve) => {
    const asked = request({ host: "127.0.0.1", port, method, path, headers, timeout: 5_000 }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.once("error", () => resolve(0));
    asked.once("timeout", () => asked.destroy(new Error("silent")));
    asked.end(method === "GET" ? undefined : "bytes");
  });
}

const FOREIGN = { host: "evil.example", origin: "http://evil.example" };
const PATHS = ["/", "/myspinbot/.ready", "/buckets/", "/dir/assign", "/status/x", "/1,01637037d6"];

test("the store and Redis listen on nine ports, which are looked at below", () => {
  expect(strangers).toHaveLength(9);
});

test.each([
  ["a page of another site", FOREIGN],
  ["a program of this machine", {}],
])("no port of the store or of Redis answers %s without keys", async (_, headers) => {
  for (const port of strangers)
    for (const path of PATHS)
      for (const method of ["GET", "PUT", "POST", "DELETE"]) {
        const status = await ask(port, method, path, headers);
        expect(status === 0 || status >= 400, `${method} ${path} at ${port}: ${status}`).toBe(true);
      }
});

test("the gateway refuses pages of another site, reading and writing", async () => {
  const { host, origin } = FOREIGN;
  const asked = [
    ["GET", { host }],
    ["GET", { host, origin }],
    ["POST", { host }],
    ["POST", { origin }],
  ] as const;
  for (const [method, headers] of asked)
    expect(await ask(stack.gateway.port, method, "/v1/runs", headers)).toBeOneOf([400, 403]);
});

test("no port takes grpc without a certificate", async () => {
  for (const port of strangers) {
    const answered = await new Promise<boolean>((resolve) => {
      const session = connectHttp2(`http://127.0.0.1:${port}`);
      const done = (answer: boolean): void => {
        session.destroy();
        resolve(answer);
      };
      session.once("error", () => done(false));
      session.once("close", () => resolve(false));
      const stream = session.request({
        ":method": "POST",
        ":path": "/filer_pb.SeaweedFiler/GetFilerConfiguration",
        "content-type": "application/grpc",
        te: "trailers",
      });
      stream.once("response", () => done(true));
      stream.once("error", () => done(false));
      stream.end(Buffer.alloc(5));
    });
    expect(answered, `port ${port}`).toBe(false);
  }
});

test("no port takes commands of Redis without the password, which no command line shows", async () => {
  for (const port of strangers) {
    const said = await new Promise<string>((resolve) => {
      let text = "";
      const socket = connect(port, "127.0.0.1", () => socket.end("SET x 1\r\nGET x\r\nKEYS *\r\n"));
      socket.on("data", (data) => (text += String(data)));
      socket.once("error", () => resolve(text));
      socket.once("close", () => resolve(text));
    });
    expect(said).not.toMatch(/^(\+OK|\$|\*)/m);
  }
  const password = new URL(stack.valkey.url).password;
  expect(password).toMatch(/^[0-9a-f]{40}$/);
  expect(execFileSync("ps", ["-A", "-ww", "-o", "args="], { encoding: "utf8" })).not.toContain(password);
});

test("what the servers write is for this user alone", () => {
  expect(reachable(folder)).toEqual([]);
});

test("the servers leave no sockets in the system's folder for temporary files", () => {
  const ofOurs = (name: string): boolean => strangers.some((port) => name.endsWith(`-${port}.sock`));
  expect(readdirSync("/tmp").filter((name) => ofOurs(name) && !before.has(name))).toEqual([]);
});

/** Files below a folder that others could open: their own mode and those of all folders on the way let them. */
function reachable(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const below = join(path, entry.name);
    const { mode = 0 } = statSync(below, { throwIfNoEntry: false }) ?? {};
    if ((mode & 0o077) === 0) return [];
    return entry.isDirectory() ? reachable(below) : [below];
  });
}
