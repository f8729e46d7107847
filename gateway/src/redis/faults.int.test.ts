/** What is wrong with Redis is named, as 503 for clients: never "unexpected", never only "did not answer in time". */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";
import { startValkey, type ValkeyServer } from "@myspinbot/services/valkey.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { oneAddress } from "../../test/one-address.ts";
import { until } from "../../test/until.ts";
import { createConnections } from "../entry/redis-connections.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { LogFields } from "../telemetry/logger.ts";
import { createCommandClient, type Redis } from "./client.ts";

const PEM = readFileSync(new URL("../../test/untrusted.pem", import.meta.url));

let dir: string;
let valkey: ValkeyServer;
let socket: string;
let tls: { port: number; close(): void };

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "faults-"));
  socket = join(dir, "valkey.sock");
  valkey = await startValkey({ dir, open: true, args: ["--unixsocket", socket] });
  await withClient(valkey.url, async (redis) => {
    await redis.acl("SETUSER", "reader", "on", ">secret", "~*", "+@read", "+info");
    await redis.config("SET", "requirepass", "open sesame");
  });
  tls = await tlsBefore(valkey.port);
});
afterAll(async () => {
  tls.close();
  await valkey.stop();
  await rm(dir, { recursive: true, force: true });
});

/** A server that speaks TLS with a certificate that nobody has signed. */
async function tlsBefore(port: number): Promise<{ port: number; close(): void }> {
  const server = createServer({ key: PEM, cert: PEM }, (client) => {
    const upstream = connect(port, "127.0.0.1");
    client.on("error", () => upstream.destroy()).pipe(upstream.on("error", () => client.destroy()));
    upstream.pipe(client);
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

async function withClient<T>(url: string, work: (redis: Redis, faults: string[]) => Promise<T>): Promise<T> {
  const faults: string[] = [];
  const redis = createCommandClient(url, { onFault: (fault) => faults.push(fault) });
  try {
    return await work(redis, faults);
  } finally {
    redis.disconnect();
  }
}

const WRONG = "Redis refuses the user or password of its address (WRONGPASS): correct GATEWAY_REDIS_URL";
const OURS = "open%20sesame";
const at = (login: string, port = valkey.port, scheme = "redis"): string =>
  `${scheme}://${login}127.0.0.1:${port}`;

describe("a fault of the connection", () => {
  it.each([
    [
      "no password",
      () => at(""),
      "Redis wants a password, and its address has none (NOAUTH): correct GATEWAY_REDIS_URL",
    ],
    ["a wrong password", () => at(":no@"), WRONG],
    ["an unknown user", () => at("who:no@"), WRONG],
    ["no such database", () => `${at(`:${OURS}@`)}/99`, "Redis does not have the database of its address"],
    ["no such host", () => "redis://nowhere.invalid:1", /^The host name of Redis cannot be resolved \(E/],
    ["nobody there", () => at("", 9), "Nobody listens at the address of Redis (ECONNREFUSED)"],
    [
      "no such socket",
      () => "unix:///nowhere/redis.sock",
      "There is no socket at the path of Redis (ENOENT)",
    ],
    [
      "an untrusted certificate",
      () => at("", tls.port, "rediss"),
      /^The TLS certificate of Redis is not trusted \(/,
    ],
    ["TLS without an address that asks for it", () => at("", tls.port), /perhaps it expects TLS/],
    ["an address that asks for TLS without it", () => at("", valkey.port, "rediss"), /speaks no TLS/],
  ])("%s", async (_what, url, sentence) => {
    await withClient(url(), async (redis, faults) => {
      const refusal = await fromRedis(redis.set("a", "b")).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: "redis-unavailable" });
      const matching =
        typeof sentence === "string" ? expect.stringContaining(sentence) : expect.stringMatching(sentence);
      expect(refusal).toHaveProperty("detail", matching);
      // What the connection meets, the log is told.
      await until(async () => faults.length > 0);
      expect(faults[0]).toEqual(matching);
    });
  });

  it("is none where socket, password and database are right", async () => {
    await withClient(`unix://:${OURS}@${socket}?db=3`, async (redis) => {
      expect(await redis.set("a", "b")).toBe("OK");
      expect(await redis.info("keyspace")).toContain("db3:keys=1");
    });
  });
});

describe("a fault of the server", () => {
  const refusalOf = (redis: Redis) => fromRedis(redis.set("a", "b")).catch((error: unknown) => error);

  it("is named when a user may not do what is needed", async () => {
    await withClient(at("reader:secret@"), async (redis) => {
      expect(await refusalOf(redis)).toMatchObject({
        code: "redis-unavailable",
        detail: "Redis does not let this user do what is needed (NOPERM); try again.",
      });
    });
  });

  it("is named when it is full", async () => {
    await withClient(at(`:${OURS}@`), async (redis) => {
      await redis.config("SET", "maxmemory", "1");
      expect(await refusalOf(redis)).toMatchObject({
        code: "redis-unavailable",
        detail: "Redis is full: it has reached its maxmemory (OOM); try again.",
      });
      await redis.config("SET", "maxmemory", "0");
    });
  });

  it("is said once in the log by all connections together, until it does what it refused", async () => {
    const lines: unknown[] = [];
    const note = (msg: string, fields?: LogFields): void => void lines.push([msg, fields?.["fault"]]);
    const quiet = (): void => {};
    const connections = createConnections(at(`:${OURS}@`), {
      debug: quiet,
      info: note,
      warn: quiet,
      error: note,
    });
    const [one, other] = [connections.commands(), connections.commands()];
    const full = ["redis cannot be used", "Redis is full: it has reached its maxmemory (OOM)"];
    await one.config("SET", "maxmemory", "1");
    for (const redis of [one, one, other]) await refusalOf(redis);
    expect(lines).toEqual([full]);
    await one.config("SET", "maxmemory", "0");
    // What is read was not refused, and says nothing.
    await one.get("a");
    expect(lines).toEqual([full]);
    await one.set("a", "b");
    expect(lines).toEqual([full, ["redis can be used again", undefined]]);
    await other.config("SET", "maxmemory", "1");
    await refusalOf(other);
    expect(lines.at(-1)).toEqual(full);
    await other.config("SET", "maxmemory", "0");
    for (const redis of [one, other]) redis.disconnect();
  });

  it.each([
    [
      "MOVED 3999 127.0.0.1:6381",
      "Redis is a cluster, and its address names a single server: write redis+cluster:// (MOVED)",
    ],
    ["CROSSSLOT Keys in request don't hash to the same slot", /^Redis is a cluster.*\(CROSSSLOT\)/],
    ["MISCONF Valkey is configured to save RDB snapshots", /^Redis cannot write its data to disk/],
    [
      "MISCONF Errors writing to the AOF file: No space left on device",
      "The disk of Redis is full: free some room on it, and all goes on by itself (MISCONF)",
    ],
    ["NOREPLICAS Not enough good replicas to write.", /^Redis takes no more until enough replicas/],
    ["BUSY Valkey is busy running a script.", /^Redis is busy with a script/],
    ["NOAUTH Authentication required.", /^Redis wants a password/],
  ])("is named when it answers %s", async (answer, sentence) => {
    const address = await oneAddress(valkey.port);
    await withClient(at(`:${OURS}@`, address.port), async (redis) => {
      await redis.ping();
      address.answer(answer);
      const matching =
        typeof sentence === "string" ? expect.stringContaining(sentence) : expect.stringMatching(sentence);
      expect(await refusalOf(redis)).toHaveProperty("detail", matching);
    });
    address.close();
  });
});
