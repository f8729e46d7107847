/** What an isolate makes once and all its events share: values, plain data and the app; never a connection. */
import { POOLS } from "@myspinbot/contracts/wire.ts";
import type { Executor } from "@myspinbot/contracts/types.ts";
import { createObjectStore, type ObjectStore } from "../../artifacts/object-store.ts";
import { readStoreAddress } from "../../addresses.ts";
import { systemClock, systemRandom } from "../../clock.ts";
import { createMind, type Mind } from "../../driver/driver.ts";
import { createCapabilities, type Capabilities } from "../../executor/capabilities.ts";
import type { NodeType } from "../../graphs/node-types.ts";
import type { Handler, Handlers } from "../../handlers/handler.ts";
import { HANDLERS } from "../../handlers/registry.ts";
import type { ProcessWide } from "../../process-wide.ts";
import { gaugesOnly } from "../../telemetry/gauges-only.ts";
import { createBase, type Base } from "../base.ts";
import type { Extension } from "../extension.ts";
import { createShared } from "../shared.ts";
import { createDigest, fixedLength, readParts } from "./streams.ts";
import { createNames, type Names } from "./names.ts";
import { NO_ASSETS, pageOf } from "./page-assets.ts";
import { writeLine } from "./runtime.ts";
import type { Settings } from "./settings.ts";
import { connectorOver } from "./socket-connector.ts";

export interface Isolate {
  settings: Settings;
  base: Base;
  shared: ProcessWide;
  store: ObjectStore;
  mind: Mind;
  /** Those that are run here. */
  handlers: Handlers;
  capabilities: Capabilities;
  names: Names;
  /** What goes on behind answers: without a driver nothing does. */
  does: { drive: boolean; work: boolean };
}

/** Work that is longer than an event may last is left to executors of servers. */
const MOST_TASK_S = 60;
/** Tasks at once in one event. */
export const SLOTS = 4;
/** A handler here waits for others, and there is nothing to share. */
export const TOTALS = { cpu: SLOTS, gpu: 0, vram_gb: 0 };

export function createIsolate(settings: Settings, extension: Extension, version: string): Isolate {
  const { config, network, redis } = settings;
  const drive = config.roles.includes("driver");
  const does = { drive, work: drive && config.roles.includes("executor") };
  const base = createBase({
    ...{ config, extension, version },
    write: writeLine,
    redisOptions: {
      // An event has no time for another attempt, and its client tries again by itself.
      retryStrategy: () => null,
      enableReadyCheck: false,
      ...(network && !redis.tls
        ? { Connector: connectorOver(network, redis), username: undefined, password: undefined }
        : {}),
    },
  });
  if (!settings.assets) base.logger.warn("the page cannot be shown", { why: NO_ASSETS });
  const types = shortTypes(base, { ...HANDLERS, ...extension.handlers });
  const handlers: Handlers = Object.fromEntries(types.map(({ type: { type }, handler }) => [type, handler]));
  const capabilities = createCapabilities(types.map(({ type }) => type));
  // All of them are part of the gateway.
  capabilities.learn(
    new Map(
      types.map(({ type: { type, engines } }) => [
        type,
        { engines: engines.map((name) => ({ name, available: true })) },
      ]),
    ),
  );
  const shared = createShared({
    base,
    config,
    extension,
    metrics: gaugesOnly,
    roles: () => [],
    ...{ createDigest, readParts },
  });
  return {
    ...{ settings, base, handlers, capabilities, does },
    shared: {
      ...shared,
      access: { ...shared.access, routed: true },
      streamMs: settings.streamMs,
      ...(does.work ? { resident: residentOf(base, capabilities) } : {}),
      page: pageOf(settings.assets),
    },
    store: createObjectStore({
      endpoint: config.s3_endpoint,
      region: config.s3_region,
      bucket: config.s3_bucket,
      accessKey: config.s3_access_key,
      secretKey: config.s3_secret_key,
      clock: systemClock,
      pipe: fixedLength,
      ...(network && !readStoreAddress(config.s3_endpoint).tls
        ? { fetch: (url, init) => network.fetch(url, init) }
        : {}),
    }),
    mind: createMind(systemRandom),
    names: createNames(),
  };
}

/** What ends within an event and needs no service of which it would have to be asked whether it is there. */
function shortTypes({ nodeTypes }: Base, all: Handlers): { type: NodeType; handler: Handler }[] {
  return nodeTypes.list().flatMap((type) => {
    const handler = Object.hasOwn(all, type.type) ? all[type.type] : undefined;
    return handler && !handler.engines && type.timeout_s <= MOST_TASK_S ? [{ type, handler }] : [];
  });
}

/** As an executor would announce itself. */
function residentOf({ version }: Base, capabilities: Capabilities): Executor {
  return {
    executor_id: "edge",
    plane: "node",
    pool: POOLS.node_plane,
    version,
    slots: SLOTS,
    labels: {},
    resources: TOTALS,
    node_types: capabilities.rows(),
    status: "online",
    last_seen_ms: 0,
  };
}
