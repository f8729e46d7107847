/** Whether the Redis that answers is one that runs can live in: new enough, no cluster or replica, not full, evicting nothing. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";

const CLUSTER = "Redis is a cluster, and clusters are not supported: use a single server";

/** Of what it counts its own versions by, and Valkey beside them: Valkey 7.2 says 7.2. */
const OLDEST = 7;

/** @throws Error with one sentence when no setting would mend the server; silent while it is away, because it may come later. */
export async function refuseUnfit(redis: Redis): Promise<void> {
  const unfit = whyUnfit(await redis.info().catch(() => ""));
  if (unfit !== undefined) throw new Error(`${unfit}.`);
}

/** @param info what INFO answers. Undefined for a server that can be used. */
export function whyUnfit(info: string): string | undefined {
  if (fieldOf(info, "cluster_enabled") === "1") return CLUSTER;
  const version = fieldOf(info, "redis_version");
  if (version !== undefined && Number.parseInt(version, 10) < OLDEST)
    return `Redis is version ${version}, but must be 7.0 or newer, or Valkey 7.2 or newer: update the server`;
  return undefined;
}

/** @throws Error with what is wrong. */
export async function checkRedis(redis: Redis, keys: Keys, shard: string): Promise<void> {
  const info = await fromRedis(redis.info());
  const unfit = whyUnfit(info);
  if (unfit !== undefined) throw new Error(unfit);
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
