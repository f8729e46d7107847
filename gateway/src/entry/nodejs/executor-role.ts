/** The role `executor`: takes tasks of the pool `node`. */
import { availableParallelism } from "node:os";
import { systemClock, systemRandom } from "../../clock.ts";
import { DEFAULTS, POOLS } from "@myspinbot/contracts/wire.ts";
import type { Config } from "../../config.ts";
import { createExecutor, type Executor } from "../../executor/executor.ts";
import { HANDLERS } from "../../handlers/registry.ts";
import type { Handlers } from "../../handlers/handler.ts";
import { newPlainId } from "../../ids.ts";
import type { Base } from "../base.ts";
import { createHandlerThreads } from "./threads/handler-threads.ts";

/** Much for a handler that waits for others, little for the machine. */
const THREAD_MEMORY_MB = 512;

/** @param extra handlers of the extension: named here, loaded again by each thread that runs them */
export function createExecutorRole(base: Base, config: Config, extra: Handlers): Executor {
  const redis = base.redis.commands();
  base.onClose(() => redis.disconnect());
  const handlers: Handlers = { ...HANDLERS, ...extra };
  const host = createHandlerThreads({
    types: Object.keys(handlers),
    probed: Object.keys(handlers).filter((type) => handlers[type]!.engines),
    checked: Object.keys(handlers).filter((type) => handlers[type]!.check),
    extension: config.extensions,
    most: config.slots,
    memoryMb: THREAD_MEMORY_MB,
    logger: base.logger,
  });
  base.onClose(() => host.close());
  return createExecutor({
    redis,
    openReader: (shard) => base.redis.reader(shard),
    openSubscriber: () => base.redis.subscriber(),
    keys: base.keys,
    shards: base.shards,
    pool: POOLS.node_plane,
    executorId: newPlainId("exec"),
    version: base.version,
    slots: config.slots,
    leaseMs: config.lease_ms,
    renewMs: Math.min(DEFAULTS.renew_ms, Math.floor(config.lease_ms / 3)),
    announceMs: DEFAULTS.announce_ms,
    probeMs: config.probe_ms,
    totals: {
      cpu: config.cpu >= 0 ? config.cpu : 2 * Math.max(config.slots, availableParallelism()),
      gpu: config.gpu,
      vram_gb: config.vram_gb,
    },
    blockMs: base.redis.blockMs,
    nodeTypes: base.nodeTypes,
    host,
    showFailures: config.show_failures,
    logger: base.logger,
    // Drivers count the nodes of both planes out of the reports; counting here again would double them.
    metrics: { node: () => {} },
    clock: systemClock,
    random: systemRandom,
  });
}
