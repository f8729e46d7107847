/** Where a run that nobody has begun stands: how many waiting tasks of the pool come before its first. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";
import { runStep } from "../redis/scripts.ts";
import { shardOfRun } from "../run-id.ts";

export interface QueueDeps {
  redis: Redis;
  keys: Keys;
  shards: readonly string[];
}

/** No position rather than an expensive one. */
const LOOK_AT = { atMost: 500, mostBytes: 8_388_608 };
const MOST_TASKS = 8;

/** Undefined when no task of the run waits: none was issued yet, or an executor has it; and when it is too far behind. */
export async function queuePosition(deps: QueueDeps, run: string): Promise<number | undefined> {
  const { redis, keys } = deps;
  const rows = await fromRedis(redis.hvals(keys.runTasks(shardOfRun(run), run)));
  const open = rows
    .map((row) => row.split("|") as [string, string, string])
    .filter(([, , s]) => s === "open");
  const places = await Promise.all(
    open.slice(0, MOST_TASKS).map(([pool, entry]) => placeOf(deps, { own: shardOfRun(run), pool, entry })),
  );
  const known = places.filter((place) => place !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}

/** Executors serve all shards, and entries of all are numbered by time. */
async function placeOf(
  { redis, keys, shards }: QueueDeps,
  { own, pool, entry }: { own: string; pool: string; entry: string },
): Promise<number | undefined> {
  const looks = await fromRedis(
    Promise.all(
      shards.map(async (shard) => {
        const [waits, ahead] = await runStep(
          redis,
          steps.queuePlace(keys, { shard, pool, entry, ...LOOK_AT }),
        );
        return { ahead, isTaken: shard === own && waits === 0 };
      }),
    ),
  );
  if (looks.some(({ ahead, isTaken }) => isTaken || ahead < 0)) return undefined;
  return looks.reduce((sum, { ahead }) => sum + ahead, 0);
}
