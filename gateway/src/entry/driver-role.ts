/** The role `driver`: drives runs in all shards, reaps, reconciles, and removes runs and uploads whose retention is over. */
import { POOLS } from "@myspinbot/contracts/wire.ts";
import type { ObjectStore } from "../artifacts/object-store.ts";
import { systemClock, systemRandom } from "../clock.ts";
import type { Config } from "../config.ts";
import { createDriver } from "../driver/driver.ts";
import { createDriverLoops, type DriverLoops } from "../driver/loops.ts";
import { removeUpload } from "../files/remove-upload.ts";
import { newPlainId } from "../ids.ts";
import { deleteRun } from "../runs/delete-run.ts";
import { createRetention } from "../driver/retention.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Base } from "./base.ts";

/** How long one blocking read for mail waits. */
const BLOCK_MS = 15_000;

export function createDriverRole(
  base: Base,
  config: Config,
  store: ObjectStore,
  metrics: Metrics,
): DriverLoops {
  const { keys, shards, logger, nodeTypes } = base;
  // A connection of its own: requests shall not wait behind drives.
  const redis = base.redis.commands();
  base.onClose(() => redis.disconnect());
  const consumer = newPlainId("driver");
  const driver = createDriver({
    redis,
    keys,
    nodeTypes,
    log: logger,
    metrics,
    clock: systemClock,
    random: systemRandom,
    lockMs: config.lock_ms,
    retentionMs: config.retention_ms,
    retryBackoffMs: config.retry_backoff_ms,
  });
  const uploads = { redis, keys, shards, store, retentionMs: config.upload_retention_ms };
  const retention = createRetention({
    redis,
    keys,
    remove: {
      retention: (run) => deleteRun({ redis, keys, store, clock: systemClock }, run),
      upload: (file, owner) => removeUpload(uploads, { owner, file }),
    },
    logger,
  });
  const sweeps = shards.map((shard) => ({
    redis,
    keys,
    shard,
    pools: [POOLS.node_plane, ...config.pools],
    consumer,
    leaseMs: config.lease_ms,
    driverLeaseMs: config.driver_lease_ms,
    reconcileMs: config.reconcile_ms,
    onDue: (timer: string) => retention.due(shard, timer),
    onLost: (task: string) => logger.warn("task lost", { task_id: task }),
  }));
  return createDriverLoops({
    driver,
    sweeps,
    createReader: () => base.redis.reader(BLOCK_MS),
    blockMs: BLOCK_MS,
    reapMs: config.reap_ms,
    clock: systemClock,
    random: systemRandom,
    log: logger,
  });
}
