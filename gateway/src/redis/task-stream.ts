/** Names the streams in which a pool's tasks wait: one per level of priority. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { Priority } from "@myspinbot/contracts/types.ts";
import { PRIORITIES } from "@myspinbot/contracts/wire.ts";

/** @param level that of the run; without one its tasks are `normal` */
export function taskStream(keys: Keys, shard: string, pool: string, level: Priority = "normal"): string {
  return level === "normal" ? keys.poolTasks(shard, pool) : keys.poolLevelTasks(shard, pool, level);
}

/** All of them, most urgent first. */
export function taskStreams(keys: Keys, shard: string, pool: string): string[] {
  return PRIORITIES.map((level) => taskStream(keys, shard, pool, level));
}
