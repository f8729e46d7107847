/** Which servers hold the keys: one, or those masters of a cluster on which shards lie. */
import { refuseUnfit } from "../../../health/redis-check.ts";
import type { Redis } from "../../../redis/client.ts";
import { eachServerOf, isClustered } from "../../../redis/sharded.ts";
import { BackupError } from "./backup-folder.ts";

/** In a server's own line of CLUSTER NODES: a slot that goes, or comes, key by key. */
const MOVING = /\[\d+-[<>]-/;

/** @throws Error with one sentence for a server of another kind than its address, or that has a part of a shard only */
export async function redisServers(redis: Redis, shards: number): Promise<Redis[]> {
  const names = Array.from({ length: shards }, (_, index) => `s${index}`);
  await refuseUnfit(redis, names);
  const servers = await eachServerOf(redis, names);
  for (const server of isClustered(redis) ? servers : [])
    if (MOVING.test(String(await server.call("CLUSTER", "NODES"))))
      throw new BackupError(
        "Redis is moving keys to another server of its cluster, so that no server has all of them: try again when it has ended.",
      );
  return servers;
}
