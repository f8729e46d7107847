/** Whether the Redis that answers is one that runs can live in: no cluster, no replica, not full, evicting nothing. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";

const CLUSTER = "Redis is a cluster, and clusters are not supported: use a single server";

/** @throws Error with one sentence when the server is a cluster; silent while it is away, because it may come later. */
export async function refuseCluster(redis: Redis): Promise<void> {
  const info = await redis.info("cluster").catch(() => "");
  if (fieldOf(info, "cluster_enabled") === "1") throw new Error(`${CLUSTER}.`);
}

/** @throws Error with what is wrong. */
export async function checkRedis(redis: Redis, keys: Keys, shard: string): Promise<void> {
  const info = await fromRedis(redis.info());
  if (fieldOf(info, "cluster_enabled") === "1") throw new Error(CLUSTER);
  // Writes nothing, but is refused like all that writes: by replicas, full servers and those without a disk.
  await fromRedis(redis.setrange(keys.idempotency(shard, "probe"), 0, ""));
  const policy = fieldOf(info, "maxmemory_policy");
  if (policy !== undefined && policy !== "noeviction") {
    throw new Error(
      `maxmemory-policy is ${policy}, but must be noeviction: the server would delete runs when it is full`,
    );
  }
}

function fieldOf(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(\\S+)`, "m").exec(info)?.[1];
}
