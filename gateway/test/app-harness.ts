/**
 * The HTTP app over real servers, with a driver and an executor that does what a test says. The app is in the process
 * of the test, or in a Worker: on-both.ts says which files meet both.
 */
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { GRAPHS } from "@myspinbot/contracts/graphs.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import type { Executor, Graph, Problem, Run } from "@myspinbot/contracts/types.ts";
import { OWNERS } from "@myspinbot/contracts/wire.ts";
import type { S3Access } from "@myspinbot/services/seaweed.ts";
import type { Hono } from "hono";
import { OPEN_ACCESS } from "../src/access/settings.ts";
import { createApp } from "../src/app.ts";
import type { AppEnv } from "../src/app-env.ts";
import { createObjectStore, type ObjectStore } from "../src/artifacts/object-store.ts";
import { systemClock, systemRandom } from "../src/clock.ts";
import { createConnected, type Connect } from "../src/connected.ts";
import type { Mind } from "../src/driver/driver.ts";
import { createDigest } from "../src/entry/nodejs/digest.ts";
import { createHttpServer, type HttpServerOptions } from "../src/entry/nodejs/http-server.ts";
import { createEventHub, type EventHub } from "../src/events/event-hub.ts";
import { createGraphCatalogue, type GraphCatalogue } from "../src/graphs/catalogue.ts";
import { createNodeTypes } from "../src/graphs/node-types.ts";
import { createKnown, type ProcessWide } from "../src/process-wide.ts";
import { createSubscriberClient } from "../src/redis/client.ts";
import { runStep } from "../src/redis/scripts.ts";
import { createLogger } from "../src/telemetry/logger.ts";
import { noMetrics } from "../src/telemetry/metrics.ts";
import { assertDescribed } from "./described.ts";
import { createHarness, type Harness } from "./driver-harness.ts";
import { startEdgeFront } from "./edge-front.ts";
import { createPassingClock, type PassingClock } from "./passing-clock.ts";
import { RUNTIME } from "./runtime.ts";
import { asVariables } from "./worker-variables.ts";
import { workGraphs } from "./work-graphs.ts";
import { workTypes } from "./work-types.ts";

export const workNodeTypes = createNodeTypes(workTypes);

export interface Listening {
  url: string;
  headers: Record<string, string>;
}

export interface AppHarness {
  app: Hono<AppEnv>;
  driver: Harness;
  hub: EventHub;
  store: ObjectStore;
  lines: Record<string, unknown>[];
  /** The app's, with each answer compared with its route's description. */
  fetch(request: Request): Promise<Response>;
  /** `X-Owner` says who asks, where it brings no key. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** As from another machine, with no right but what `init` brings. */
  stranger(path: string, init?: RequestInit): Promise<Response>;
  /** Where the app is reached over sockets, and the headers with which it is asked there. */
  listen(): Promise<Listening>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  announce(change?: Partial<Executor>): Promise<void>;
  /** Announces executors of both pools for the two node types. */
  announceAll(): Promise<void>;
  /** Lets time pass for the gateway's own clock, e.g. for what it remembers; Redis has its own. */
  clock: PassingClock;
  close(): Promise<void>;
}

export interface AppHarnessOptions {
  seaweed?: S3Access;
  valkeyArgs?: string[];
  /** Of tasks, in real time; half a second without it. */
  leaseMs?: number;
  deps?: Partial<ProcessWide>;
  /** The driver's. */
  mind?: Mind;
  /** Where the app is, if not where the tests of this project have it. */
  runtime?: typeof RUNTIME;
  /** Instead of one connection for all requests. */
  connect?: (shared: ProcessWide, store: ObjectStore, driver: Harness) => Connect;
}

const POOLS = ["default", "gpu"];

/** The graphs we ship, those of tests, and others. */
export function workCatalogue(more: readonly Graph[] = []): GraphCatalogue {
  const graphs = [...Object.values(GRAPHS), ...workGraphs, ...more];
  return createGraphCatalogue(graphs, { nodeTypes: workNodeTypes, pools: POOLS });
}

const NO_STORE = {
  endpoint: "http://127.0.0.1:9",
  region: "us-east-1",
  bucket: "none",
  accessKey: "x",
  secretKey: "x",
};

export async function createAppHarness(prefix: string, options: AppHarnessOptions = {}): Promise<AppHarness> {
  const driver = await createHarness(prefix, {
    ...(options.valkeyArgs ? { valkeyArgs: options.valkeyArgs } : {}),
    ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
    nodeTypes: options.deps?.nodeTypes ?? workNodeTypes,
    metrics: options.deps?.metrics ?? noMetrics,
    ...(options.mind ? { mind: options.mind } : {}),
  });
  const { redis, keys } = driver;
  const clock = createPassingClock();
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({
    now: systemClock.now,
    level: "debug",
    write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
  });
  const subscriber = createSubscriberClient(driver.valkey.url);
  const hub = createEventHub({ redis, subscriber, keys, clock, logger, pollMs: 200 });
  const store = createObjectStore({ ...(options.seaweed ?? NO_STORE), clock });
  const shared: ProcessWide = {
    keys,
    shards: ["s0"],
    pools: POOLS,
    nodeTypes: workNodeTypes,
    graphs: workCatalogue(),
    metrics: noMetrics,
    logger,
    clock,
    random: systemRandom,
    roles: () => [],
    deadlines: { startMs: 60_000, runMs: 60_000 },
    uploadRetentionMs: 60_000,
    webhooks: { local: true, ports: ["443", "8443"] },
    createDigest,
    version: "0.0.0-test",
    access: OPEN_ACCESS,
    identify: (asked) => asked.headers.get("x-owner") ?? OWNERS.default,
    known: createKnown(),
    ...options.deps,
  };
  const connected = createConnected(shared, { redis, hub, store });
  const connect = options.connect?.(shared, store, driver) ?? (() => connected);
  const app = createApp(shared, connect);

  const announce = async (change: Partial<Executor> = {}): Promise<void> => {
    const row: Omit<Executor, "status" | "last_seen_ms"> = {
      executor_id: "exec_test",
      plane: "python",
      pool: "default",
      version: "1",
      slots: 1,
      labels: {},
      node_types: workNodeTypes.list().map(({ type, schema_digest }) => ({
        type,
        schema_digest,
        engines: [{ name: "test", available: true }],
      })),
      ...change,
    };
    const { pool, executor_id: executor } = row;
    const status = change.status ?? "online";
    const announcement = JSON.stringify(row);
    await runStep(redis, steps.announce(keys, { shard: "s0", pool, executor, announcement, status }));
  };

  const front =
    (options.runtime ?? RUNTIME) === "workerd"
      ? await startEdgeFront({ prefix, driver, s3: options.seaweed ?? NO_STORE, env: asVariables(options) })
      : undefined;
  const described = async (
    asked: { method?: string; url: string },
    answer: Response | Promise<Response>,
  ): Promise<Response> => {
    const response = await answer;
    assertDescribed({ method: asked.method ?? "GET", path: new URL(asked.url).pathname }, response);
    return response;
  };
  const fetch = (asked: Request): Promise<Response> =>
    described(asked, app.fetch(asked, { peer: "127.0.0.1" }));
  const request: AppHarness["request"] = (path, init) => {
    const url = new URL(path, "http://localhost").href;
    if (!front) return fetch(new Request(url, init));
    return described({ ...init, url }, front.ask(path, init));
  };
  const stranger: AppHarness["stranger"] = (path, init) => {
    const request = new Request(new URL(path, front?.edge.url ?? "http://localhost"), init);
    return Promise.resolve(front ? globalThis.fetch(request) : app.fetch(request, { peer: "192.0.2.7" }));
  };
  const servers: Server[] = [];
  const listen = async (): Promise<Listening> => {
    if (front) return { url: front.edge.url, headers: { authorization: `Bearer ${front.key}` } };
    const served: HttpServerOptions["fetch"] = (asked, known) => described(asked, app.fetch(asked, known));
    const server = createHttpServer({ fetch: served, host: "127.0.0.1", logger });
    servers.push(server);
    await once(server.listen(0, "127.0.0.1"), "listening");
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, headers: {} };
  };
  return {
    app,
    driver,
    hub,
    store,
    lines,
    fetch,
    request,
    stranger,
    listen,
    post: (path, body, headers = {}) =>
      request(path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    announce,
    clock,
    async announceAll() {
      await announce();
      await announce({ executor_id: "exec_node", plane: "node", pool: "node" });
    },
    async close() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
      await front?.stop();
      hub.close();
      subscriber.disconnect();
      await driver.close();
    },
  };
}

/** A small picture that is a PNG as far as its first bytes go. */
export const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3, 4]);

export async function problemOf(response: Response): Promise<Problem> {
  return (await response.json()) as Problem;
}

export async function runOf(response: Response): Promise<Run> {
  return (await response.json()) as Run;
}
