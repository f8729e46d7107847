/** How long things took: kept by the steps as the latest few of each, and read as medians. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";

/** Seconds, or undefined where there is no history. */
export interface Durations {
  nodeType(type: string): number | undefined;
  /** A task of the pool, from the first byte of its inputs to the last of its results. */
  pool(pool: string): number | undefined;
  /** A run of exactly this graph, from its start to its end. */
  graph(digest: string): number | undefined;
}

export interface DurationsDeps {
  redis: Redis;
  keys: Keys;
  shards: readonly string[];
}

/** @param digests of the graphs that are asked about: there can be many */
export async function readDurations(
  { redis, keys, shards }: DurationsDeps,
  digests: readonly string[],
): Promise<Durations> {
  const parts = await fromRedis(
    Promise.all(
      shards.map(async (shard) => {
        const [common, ofGraphs] = await Promise.all([
          redis.hgetall(keys.durations(shard)),
          digests.length > 0 ? redis.hmget(keys.graphDurations(shard), ...digests) : [],
        ]);
        return { common, ofGraphs };
      }),
    ),
  );
  const common = (field: string) => median(parts.map((part) => part.common[field]));
  return {
    nodeType: (type) => common(`type:${type}`),
    pool: (pool) => common(`pool:${pool}`),
    graph(digest) {
      const at = digests.indexOf(digest);
      return at < 0 ? undefined : median(parts.map(({ ofGraphs }) => ofGraphs[at]));
    },
  };
}

/** Of ms by spaces, in seconds. */
function median(kept: readonly (string | null | undefined)[]): number | undefined {
  const all = kept
    .flatMap((text) => (text ? text.trim().split(" ").map(Number) : []))
    .filter(Number.isFinite)
    .toSorted((a, b) => a - b);
  const middle = all.length >> 1;
  if (all.length === 0) return undefined;
  return (all.length % 2 === 1 ? all[middle]! : (all[middle - 1]! + all[middle]!) / 2) / 1000;
}
