/** Makes a driver and its sweeps over one connection: for loops that hold it, or for a turn. */
import { DEFAULTS, POOLS } from "@myspinbot/contracts/wire.ts";
import type { ObjectStore } from "../artifacts/object-store.ts";
import { createRegistry, type Registry } from "../capabilities/registry.ts";
import { systemClock, systemRandom } from "../clock.ts";
import type { Config } from "../config.ts";
import { createDriver, type Driver, type Mind } from "../driver/driver.ts";
import { createRetention, type Retention } from "../driver/retention.ts";
import type { SweepDeps } from "../driver/sweeps.ts";
import { removeUpload } from "../files/remove-upload.ts";
import { newPlainId } from "../ids.ts";
import type { Redis } from "../redis/client.ts";
import { deleteRun } from "../runs/delete-run.ts";
import { removeLeftBytes } from "../runs/run-bytes.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Traces } from "../telemetry/traces.ts";
import type { Base } from "./base.ts";

export interface DriverOptions {
  base: Base;
  config: Config;
  redis: Redis;
  store: ObjectStore;
  metrics: Metrics;
  traces?: Traces | undefined;
  /** The process's: it outlives connections. */
  mind: Mind;
  /** Its name in Redis; one of its own if absent. */
  consumer?: string;
  onCommit?: () => void;
  /** Who can run what, where somebody knows that already. */
  registry?: Registry;
}

export interface DriverParts {
  driver: Driver;
  /** One per shard. */
  sweeps: SweepDeps[];
  /** Goes on beside the sweeps; whoever closes the connection waits until it is idle. */
  retention: Retention;
}

export function createDriverParts(options: DriverOptions): DriverParts {
  const { base, config, redis, store, metrics, mind, onCommit } = options;
  const { keys, shards, logger, nodeTypes } = base;
  const consumer = options.consumer ?? newPlainId("driver");
  const clock = systemClock;
  const known = {};
  const registry =
    options.registry ??
    createRegistry({
      redis,
      keys,
      shard: shards[0]!,
      pools: config.pools,
      clock,
      logger,
      known,
    });
  const driver = createDriver({
    redis,
    keys,
    nodeTypes,
    logger,
    metrics,
    traces: options.traces,
    clock: systemClock,
    random: systemRandom,
    lockMs: config.lock_ms,
    retentionMs: config.retention_ms,
    retryBackoffMs: config.retry_backoff_ms,
    executors: () => registry.executors(),
    mind,
    ...(onCommit ? { onCommit } : {}),
  });
  const uploads = { redis, keys, shards, store, retentionMs: config.upload_retention_ms };
  const stores = { redis, keys, store, clock: systemClock };
  const retention = createRetention({
    redis,
    keys,
    remove: {
      retention: (run) => deleteRun(stores, run, DEFAULTS.gone_ms),
      folder: (run) => removeLeftBytes(stores, run),
      upload: (file, owner) => removeUpload(uploads, { owner, file }),
    },
    logger,
  });
  const sweeps = shards.map((shard) => ({
    redis,
    keys,
    shard,
    shards: shards.length,
    pools: [POOLS.node_plane, ...config.pools],
    consumer,
    leaseMs: config.lease_ms,
    driverLeaseMs: config.driver_lease_ms,
    reconcileMs: config.reconcile_ms,
    onDue: (timer: string) => retention.due(shard, timer),
    onLost: (task: string, pool: string) => {
      logger.warn("task lost", { task_id: task });
      metrics.taskLost(pool);
    },
  }));
  return { driver, sweeps, retention };
}
