/** The role `deliverer`: brings webhooks to their receivers. Only Node.js sees the address that it connects to. */
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { systemClock, systemRandom } from "../../clock.ts";
import type { Config } from "../../config.ts";
import { createDeliverer, type Deliverer } from "../../deliverer/deliverer.ts";
import { newPlainId } from "../../ids.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import type { Base } from "../base.ts";
import { webhookPolicy } from "../shared.ts";
import { createGuardedPost } from "./guarded-post.ts";

/** Little for the machine: those who wait for an answer are sockets. */
const MOST_AT_ONCE = 256;
/** Between the longest attempt and the moment at which another is made. */
const MARGIN_MS = 5000;

export function createDelivererRole(base: Base, config: Config, metrics: Metrics): Deliverer {
  const { keys, shards, logger, version } = base;
  const redis = base.redis.commands();
  base.onClose(() => redis.disconnect());
  const { post, close } = createGuardedPost({
    policy: webhookPolicy(config),
    timeoutMs: config.webhook_timeout_ms,
    userAgent: `MySpinBot/${version}`,
  });
  base.onClose(() => void close());
  return createDeliverer({
    redis,
    keys,
    shards,
    deliverer: newPlainId("deliverer"),
    leaseMs: config.webhook_timeout_ms + MARGIN_MS,
    // Lanes are counted in each shard for itself.
    perLane: Math.max(1, Math.floor(DEFAULTS.webhook_at_once / shards.length)),
    mostAtOnce: MOST_AT_ONCE,
    post,
    clock: systemClock,
    random: systemRandom,
    logger,
    metrics,
  });
}
