/** The HTTP app over real servers, with a driver and an executor that does what a test says. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GRAPHS } from "@myspinbot/contracts/graphs.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import type { Executor, Problem, Run } from "@myspinbot/contracts/types.ts";
import { startSeaweed, type SeaweedServer } from "@myspinbot/services/seaweed.ts";
import type { Hono } from "hono";
import { OPEN_ACCESS } from "../src/access/settings.ts";
import { createApp } from "../src/app.ts";
import type { AppEnv } from "../src/app-env.ts";
import { createObjectStore, type ObjectStore } from "../src/artifacts/object-store.ts";
import { systemClock, systemRandom } from "../src/clock.ts";
import { createConnected, type Connect } from "../src/connected.ts";
import type { Mind } from "../src/driver/driver.ts";
import { createEventHub, type EventHub } from "../src/events/event-hub.ts";
import { createGraphCatalogue } from "../src/graphs/catalogue.ts";
import { createNodeTypes } from "../src/graphs/node-types.ts";
import { createKnown, type ProcessWide } from "../src/process-wide.ts";
import { createSubscriberClient } from "../src/redis/client.ts";
import { runStep } from "../src/redis/scripts.ts";
import { createLogger } from "../src/telemetry/logger.ts";
import { noMetrics } from "../src/telemetry/metrics.ts";
import { assertDescribed } from "./described.ts";
import { createHarness, type Harness } from "./driver-harness.ts";
import { createPassingClock, type PassingClock } from "./passing-clock.ts";
import { workTypes } from "./work-types.ts";

export const workNodeTypes = createNodeTypes(workTypes);

export interface AppHarness {
  app: Hono<AppEnv>;
  driver: Harness;
  hub: EventHub;
  store: ObjectStore;
  lines: Record<string, unknown>[];
  /** The app's, with each answer compared with its route's description. */
  fetch(request: Request): Promise<Response>;
  request(path: string, init?: RequestInit): Promise<Response>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  announce(change?: Partial<Executor>): Promise<void>;
  /** Announces executors of both pools for the two node types. */
  announceAll(): Promise<void>;
  /** Lets time pass for the gateway's own clock, e.g. for what it remembers; Redis has its own. */
  clock: PassingClock;
  close(): Promise<void>;
}

export interface AppHarnessOptions {
  seaweed?: SeaweedServer;
  valkeyArgs?: string[];
  /** Of tasks, in real time; half a second without it. */
  leaseMs?: number;
  deps?: Partial<ProcessWide>;
  /** The driver's. */
  mind?: Mind;
  /** Instead of one connection for all requests. */
  connect?: (shared: ProcessWide, store: ObjectStore, driver: Harness) => Connect;
}

/** A store for the tests of a file; it takes seconds to start. */
export async function startStore(): Promise<{ seaweed: SeaweedServer; stop(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), "store-"));
  const seaweed = await startSeaweed({ dir });
  return {
    seaweed,
    async stop() {
      await seaweed.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
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
  const pools = ["default", "gpu"];
  const shared: ProcessWide = {
    keys,
    shards: ["s0"],
    pools,
    nodeTypes: workNodeTypes,
    graphs: createGraphCatalogue(Object.values(GRAPHS), { nodeTypes: workNodeTypes, pools }),
    metrics: noMetrics,
    logger,
    clock,
    random: systemRandom,
    roles: () => [],
    deadlines: { startMs: 60_000, runMs: 60_000 },
    uploadRetentionMs: 60_000,
    webhooks: { local: true, ports: ["443", "8443"] },
    version: "0.0.0-test",
    access: OPEN_ACCESS,
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

  const fetch = async (asked: Request): Promise<Response> => {
    const response = await app.fetch(asked, { peer: "127.0.0.1" });
    assertDescribed({ method: asked.method, path: new URL(asked.url).pathname }, response);
    return response;
  };
  const request = async (path: string, init?: RequestInit): Promise<Response> => {
    return fetch(new Request(new URL(path, "http://localhost"), init));
  };
  return {
    app,
    driver,
    hub,
    store,
    lines,
    fetch,
    request,
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
