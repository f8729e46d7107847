/** The role `driver`: drives runs in all shards, reaps, reconciles, and removes runs and uploads whose retention is over. */
import type { ObjectStore } from "../artifacts/object-store.ts";
import { systemClock, systemRandom } from "../clock.ts";
import type { Config } from "../config.ts";
import { createMind } from "../driver/driver.ts";
import { createDriverLoops, type DriverLoops } from "../driver/loops.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Traces } from "../telemetry/traces.ts";
import type { Base } from "./base.ts";
import { createDriverParts } from "./driver-parts.ts";

export function createDriverRole(
  base: Base,
  config: Config,
  store: ObjectStore,
  { metrics, traces }: { metrics: Metrics; traces?: Traces | undefined },
): DriverLoops {
  // A connection of its own: requests shall not wait behind drives.
  const redis = base.redis.commands();
  base.onClose(() => redis.disconnect());
  const mind = createMind(systemRandom);
  const { driver, sweeps } = createDriverParts({ base, config, redis, store, metrics, traces, mind });
  return createDriverLoops({
    driver,
    sweeps,
    createReader: (shard) => base.redis.reader(shard),
    blockMs: base.redis.blockMs,
    reapMs: config.reap_ms,
    clock: systemClock,
    random: systemRandom,
    logger: base.logger,
  });
}
