/** Whether all who work on runs work in the same shards: a run in one that a box leaves out waits for another box. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { POOLS } from "@myspinbot/contracts/wire.ts";
import type { Registry } from "../capabilities/registry.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { betweenGateways, ofBox } from "../errors/shards-differ.ts";
import type { Redis } from "../redis/client.ts";

export interface CompareShardsDeps {
  redis: Redis;
  keys: Keys;
  shards: readonly string[];
  registry: Registry;
}

/** @returns one sentence for each who has another number */
export async function compareShards({ redis, keys, shards, registry }: CompareShardsDeps): Promise<string[]> {
  const own = shards.length;
  const [rows, said] = await Promise.all([
    registry.executors(),
    fromRedis(redis.hget(keys.poolExecutors(shards[0]!, POOLS.node_plane), "shards:")),
  ]);
  const gateways = said === null || Number(said) === own ? [] : [betweenGateways(own, Number(said))];
  const boxes = rows.flatMap(({ executor_id, plane, status, shards: its = own }) =>
    plane === "node" || status === "offline" || its === own ? [] : [ofBox(executor_id, its, own)],
  );
  return [...gateways, ...boxes];
}
