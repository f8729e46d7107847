/** How much there is of what: a fixed number of small questions per shard and pool, whatever there is. */
import type { Executor, Overview } from "@myspinbot/contracts/types.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { perPool, readGauges, type GaugeDeps } from "../health/gauges.ts";
import type { Redis } from "../redis/client.ts";
import { serversOf } from "../redis/sharded.ts";
import type { GaugeValues } from "../telemetry/metrics.ts";

export async function readOverview(deps: GaugeDeps, executors: readonly Executor[]): Promise<Overview> {
  const { redis, keys, shards } = deps;
  const total = async (count: (shard: string) => Promise<number>): Promise<number> =>
    (await Promise.all(shards.map(count))).reduce((sum, each) => sum + each, 0);
  const [{ runs, pools, storage }, mail, timers, letters, memory] = await fromRedis(
    Promise.all([
      readGauges(deps),
      total((shard) => redis.xlen(keys.mail(shard))),
      total((shard) => redis.zcard(keys.timers(shard))),
      total((shard) => redis.xlen(keys.dead(shard))),
      readMemory(redis, shards),
    ]),
  );
  return {
    runs: Object.fromEntries(runs.map(({ status, count }) => [status, count])),
    pools: await Promise.all(
      pools.map(async (pool) => ({
        ...withExecutors(pool, executors),
        reports: await fromRedis(total((shard) => redis.xlen(keys.poolReports(shard, pool.pool)))),
      })),
    ),
    mail,
    timers,
    dead_letters: letters,
    storage,
    redis: memory,
  };
}

/** Of all servers together; there is a limit where each of them has one. */
async function readMemory(redis: Redis, shards: readonly string[]): Promise<Overview["redis"]> {
  const infos = await Promise.all(serversOf(redis, shards).map((each) => each.info("server", "memory")));
  // Some of them may be one server.
  const servers = [...new Map(infos.map((info) => [/^run_id:(\S+)/m.exec(info)?.[1], info])).values()];
  const total = (name: string): number => servers.reduce((sum, info) => sum + bytesOf(info, name), 0);
  const limited = servers.every((info) => bytesOf(info, "maxmemory") > 0);
  return { used_bytes: total("used_memory"), ...(limited ? { limit_bytes: total("maxmemory") } : {}) };
}

function withExecutors(
  { pool, waiting, running, oldestSeconds }: GaugeValues["pools"][number],
  executors: readonly Executor[],
): Omit<Overview["pools"][number], "reports"> {
  const there = perPool([pool], executors).at(-1);
  return {
    pool,
    waiting,
    running,
    oldest_s: oldestSeconds,
    executors: there?.online ?? 0,
    slots: there?.slots ?? 0,
  };
}

/** A number of INFO; 0 when the server does not tell it. */
function bytesOf(info: string, name: string): number {
  return Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
}
