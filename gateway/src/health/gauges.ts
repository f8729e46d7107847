/** Reads from Redis what the metrics show about all runs and pools. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { Executor } from "@myspinbot/contracts/types.ts";
import { GROUPS, POOLS, RUN_STATUSES } from "@myspinbot/contracts/wire.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";
import { inShard } from "../redis/sharded.ts";
import { toRecord } from "../redis/flat.ts";
import { taskStreams } from "../redis/task-stream.ts";
import type { GaugeValues } from "../telemetry/metrics.ts";
import { readStorage } from "./storage.ts";

export interface GaugeDeps {
  redis: Redis;
  keys: Keys;
  shards: readonly string[];
  pools: readonly string[];
}

export async function readGauges(deps: GaugeDeps): Promise<GaugeValues> {
  const { redis, keys, shards, pools } = deps;
  const [storage, runs, rows] = await fromRedis(
    Promise.all([
      readStorage(deps),
      Promise.all(
        RUN_STATUSES.map(async (status) => ({
          status,
          count: sum(await Promise.all(shards.map((shard) => redis.zcard(keys.runsByStatus(shard, status))))),
        })),
      ),
      Promise.all(
        [POOLS.node_plane, ...pools].map(async (pool) => ({
          pool,
          shards: await readParts(deps, pool),
        })),
      ),
    ]),
  );
  return {
    runs,
    storage,
    pools: rows.map(({ pool, shards: parts }) => ({
      pool,
      waiting: sum(parts.map((part) => part.waiting)),
      running: sum(parts.map((part) => part.running)),
      oldestSeconds: Math.max(0, ...parts.map((part) => part.oldestSeconds)),
    })),
  };
}

/** Who is there, pool by pool, whether or not anybody is. */
export function perPool(
  pools: readonly string[],
  executors: readonly Executor[],
): { pool: string; online: number; slots: number }[] {
  return [POOLS.node_plane, ...pools].map((pool) => {
    const online = executors.filter((executor) => executor.pool === pool && executor.status === "online");
    return { pool, online: online.length, slots: sum(online.map(({ slots }) => slots)) };
  });
}

interface PoolPart {
  waiting: number;
  running: number;
  /** How long the oldest entry waits that nobody has taken. */
  oldestSeconds: number;
}

function readParts(
  { redis, keys, shards }: Pick<GaugeDeps, "redis" | "keys" | "shards">,
  pool: string,
): Promise<PoolPart[]> {
  const parts = shards.flatMap((shard) =>
    taskStreams(keys, shard, pool).map((stream) => readStream(inShard(redis, shard), stream)),
  );
  return Promise.all(parts);
}

/** Tasks of a pool that nobody has taken, and those that executors hold. */
export async function readPoolLoad(
  deps: Pick<GaugeDeps, "redis" | "keys" | "shards">,
  pool: string,
): Promise<{ waiting: number; running: number }> {
  const parts = await fromRedis(readParts(deps, pool));
  return {
    waiting: sum(parts.map((part) => part.waiting)),
    running: sum(parts.map((part) => part.running)),
  };
}

/** @param redis the server on which it lies, by whose clock its entries are named */
async function readStream(redis: Redis, stream: string): Promise<PoolPart> {
  const [entries, groups] = await Promise.all([redis.xlen(stream), readGroups(redis, stream)]);
  const group = groups.find((each) => each.name === GROUPS.executors);
  const running = Number(group?.pending ?? 0);
  const waiting = Math.max(0, entries - running);
  if (waiting === 0) return { waiting, running, oldestSeconds: 0 };
  const [time, [oldest]] = await Promise.all([
    redis.time(),
    redis.xrange(stream, `(${group?.["last-delivered-id"] ?? "0-0"}`, "+", "COUNT", 1),
  ]);
  const now = Number(time[0]) + Number(time[1]) / 1e6;
  return { waiting, running, oldestSeconds: oldest ? now - Number.parseInt(oldest[0], 10) / 1000 : 0 };
}

/** A stream that does not exist has no groups, which the server tells as an error. */
async function readGroups(redis: Redis, stream: string): Promise<Record<string, string>[]> {
  if ((await redis.exists(stream)) === 0) return [];
  return ((await redis.xinfo("GROUPS", stream)) as string[][]).map(toRecord);
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
