/**
 * Listens to the pool's control channels: what is heard here only comes sooner than by the next renewal, by the next
 * announcement, or by the end of a lease; control_channel.py is its twin.
 */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { Redis } from "../redis/client.ts";
import type { Logger } from "../telemetry/logger.ts";

export interface ControlOptions {
  /** A connection for subscriptions that subscribes again after a reconnect. */
  subscriber: Redis;
  keys: Keys;
  shards: readonly string[];
  pool: string;
  onCancel(task: string): void;
  executorId: string;
  /** This executor shall announce itself. */
  onAnnounce(): void;
  /** This executor holds what it does not renew: it may not know of it. */
  onRenew(): void;
  logger: Logger;
}

const ORDER = /^(cancel|announce|renew) ([A-Za-z0-9_-]{1,64})$/;

/** Resolves when all channels are heard, or when that failed: then cancels come with renewals alone. */
export async function listenToControl({
  subscriber,
  keys,
  shards,
  pool,
  onCancel,
  executorId,
  onAnnounce,
  onRenew,
  logger,
}: ControlOptions): Promise<void> {
  subscriber.on("message", (_channel: string, message: string) => {
    const [, order, id = ""] = ORDER.exec(message) ?? [];
    if (order === "cancel") onCancel(id);
    if (order === "announce" && id === executorId) onAnnounce();
    if (order === "renew" && id === executorId) onRenew();
  });
  try {
    await subscriber.subscribe(...shards.map((shard) => keys.channels.poolControl(shard, pool)));
  } catch (error) {
    logger.warn("control channels not heard", { error });
  }
}
