/** Puts one-node tasks into a pool as `commit` does, but many at once and without runs. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { Task } from "@myspinbot/contracts/types.ts";
import type { Redis } from "ioredis";
import { newId } from "../../../gateway/src/ids.ts";

const SHARD = "s0";

function noopTask(pool: string): Task {
  return {
    task_id: newId("task", SHARD),
    run_id: newId("run", SHARD),
    shard: SHARD,
    pool,
    plane: "python",
    nodes: [
      {
        ...{
          id: "n0",
          type: "python_noop",
          schema_digest: "0".repeat(64),
          attempt: 1,
          engine: "auto",
          timeout_s: 60,
        },
        ...{ params: {}, after: [], inputs: { text: { from: "value", value: crypto.randomUUID() } } },
      },
    ],
  };
}

/** Empties the pool's streams and makes the executors' group. */
export async function openPool(redis: Redis, keys: Keys, pool: string): Promise<void> {
  const tasks = keys.poolTasks(SHARD, pool);
  if ((await redis.exists(tasks)) === 0) await redis.xgroup("CREATE", tasks, "executors", "0", "MKSTREAM");
  await redis.del(keys.poolReports(SHARD, pool));
}

export async function issueTasks(redis: Redis, keys: Keys, pool: string, count: number): Promise<void> {
  const stream = keys.poolTasks(SHARD, pool);
  const [seconds, micros] = (await redis.time()) as unknown as [string, string];
  const ms = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  const batch = redis.pipeline();
  for (let i = 0; i < count; i += 1) {
    const task = noopTask(pool);
    const entry = `${ms}-${i}`;
    const hash = { run: task.run_id, entry, state: "open", reported: "0", nodes: "n0:1" };
    batch.hset(keys.poolTask(SHARD, pool, task.task_id), hash);
    batch.xadd(stream, entry, "task", task.task_id, "body", JSON.stringify(task), "start_by", "0");
  }
  await batch.exec();
}

/** How many tasks have not been settled. */
export function countOpen(redis: Redis, keys: Keys, pool: string): Promise<number> {
  return redis.xlen(keys.poolTasks(SHARD, pool));
}

export async function hasExecutor(redis: Redis, keys: Keys, pool: string): Promise<boolean> {
  // Drivers write something there, too.
  return (await redis.hkeys(keys.poolExecutors(SHARD, pool))).some((field) => field.startsWith("seen:"));
}
