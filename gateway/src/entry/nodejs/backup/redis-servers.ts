/** Which servers hold the keys: one, or those masters of a cluster on which shards lie. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { refuseUnfit } from "../../../health/redis-check.ts";
import type { Redis } from "../../../redis/client.ts";
import { eachServerOf, isClustered } from "../../../redis/sharded.ts";
import { BackupError } from "./backup-folder.ts";

/** In a server's own line of CLUSTER NODES: a slot that goes, or comes, key by key. */
const MOVING = /\[\d+-[<>]-/;

/**
 * @throws Error with one sentence for a server of another kind than its address, or that has a part of a shard only, and
 * where there are more shards than were named
 */
export async function redisServers(redis: Redis, keys: Keys, shards: number): Promise<Redis[]> {
  const names = Array.from({ length: shards }, (_, index) => `s${index}`);
  await refuseUnfit(redis, names);
  const servers = await eachServerOf(redis, names);
  if (!isClustered(redis)) return servers;
  // Their numbers have no gaps, and each has its mail as soon as a driver was there.
  const next = `s${shards}`;
  if ((await redis.exists(keys.mail(next))) > 0)
    throw new BackupError(
      `Redis holds shard ${next}, and GATEWAY_SHARDS is ${shards}: set it as the gateways have it.`,
    );
  for (const server of servers)
    if (MOVING.test(String(await server.call("CLUSTER", "NODES"))))
      throw new BackupError(
        "Redis is moving keys to another server of its cluster, so that no server has all of them: try again when it has ended.",
      );
  return servers;
}
