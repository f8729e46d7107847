/** Where a run that nobody has begun stands: how many waiting tasks of the pool come before its first. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import type { Priority } from "@myspinbot/contracts/types.ts";
import { PRIORITIES } from "@myspinbot/contracts/wire.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";
import { runStep } from "../redis/scripts.ts";
import { taskStream } from "../redis/task-stream.ts";
import { shardOfRun } from "../run-id.ts";

export interface QueueDeps {
  redis: Redis;
  keys: Keys;
  shards: readonly string[];
}

/** No position rather than an expensive one. */
const LOOK_AT = { atMost: 500, mostBytes: 8_388_608 };
const MOST_TASKS = 8;
/** Behind all entries that there can be. */
const LAST = "18446744073709551615-18446744073709551615";
/** Of so many that are handed out one is of the level, whatever else waits: the turns of pull.lua. */
const ONE_OF: Record<Priority, number> = { high: 1, normal: 5, low: 10 };

/** Undefined when no task of the run waits: none was issued yet, or an executor has it; and when it is too far behind. */
export async function queuePosition(
  deps: QueueDeps,
  run: string,
  level: Priority = "normal",
): Promise<number | undefined> {
  const { redis, keys } = deps;
  const rows = await fromRedis(redis.hvals(keys.runTasks(shardOfRun(run), run)));
  const open = rows
    .map((row) => row.split("|") as [string, string, string])
    .filter(([, , s]) => s === "open");
  const places = await Promise.all(
    open
      .slice(0, MOST_TASKS)
      .map(([pool, entry]) => placeOf(deps, { own: shardOfRun(run), pool, entry, level })),
  );
  const known = places.filter((place) => place !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}

interface Place {
  own: string;
  pool: string;
  entry: string;
  level: Priority;
}

/** Before it come the earlier ones of its level, and as many of the more urgent as their turns allow. */
async function placeOf(deps: QueueDeps, place: Place): Promise<number | undefined> {
  const [earlier, ...urgent] = await Promise.all([
    waitingBefore(deps, place),
    ...PRIORITIES.slice(0, PRIORITIES.indexOf(place.level)).map((level) =>
      waitingBefore(deps, { ...place, own: "", entry: LAST, level }),
    ),
  ]);
  if (earlier === undefined) return undefined;
  const ahead = urgent.reduce<number>((sum, each) => sum + (each ?? Infinity), earlier);
  return Math.min(ahead, (earlier + 1) * ONE_OF[place.level] - 1);
}

/** Executors serve all shards, and entries of all are numbered by time. */
async function waitingBefore(
  { redis, keys, shards }: QueueDeps,
  { own, pool, entry, level }: Place,
): Promise<number | undefined> {
  const looks = await fromRedis(
    Promise.all(
      shards.map(async (shard) => {
        const stream = taskStream(keys, shard, pool, level);
        const [waits, ahead] = await runStep(redis, steps.queuePlace(keys, { stream, entry, ...LOOK_AT }));
        return { ahead, isTaken: shard === own && waits === 0 };
      }),
    ),
  );
  if (looks.some(({ ahead, isTaken }) => isTaken || ahead < 0)) return undefined;
  return looks.reduce((sum, { ahead }) => sum + ahead, 0);
}
