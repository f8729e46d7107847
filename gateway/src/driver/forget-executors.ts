/** Removes the registry rows of executors that are gone: nobody else does, and runs are accepted by what rows say. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import type { Redis } from "../redis/client.ts";
import { inShard } from "../redis/sharded.ts";
import { runStep } from "../redis/scripts.ts";

interface Row {
  id: string;
  /** As Redis has it; '' = never. */
  seen: string;
  /** How long nothing was heard, ms; not a number for a row that no executor of ours wrote. */
  silentMs: number;
  /** What it can do, to compare by. */
  offer: string;
}

/**
 * Removes rows that nothing was heard of for a day, and those of silent executors whose offer somebody has announced
 * since: a process that starts again has a new id.
 */
export async function forgetExecutors(
  { redis, keys }: { redis: Redis; keys: Keys },
  shard: string,
  pool: string,
): Promise<void> {
  const [time, hash] = await Promise.all([
    inShard(redis, shard).time(),
    redis.hgetall(keys.poolExecutors(shard, pool)),
  ]);
  const rows = rowsOf(hash, Number(time[0]) * 1000);
  for (const row of rows) {
    if (isGone(row) || rows.some((other) => replaces(other, row)))
      await runStep(redis, steps.forget(keys, { shard, pool, executor: row.id, seen: row.seen }));
  }
}

function rowsOf(hash: Record<string, string>, now: number): Row[] {
  const fields = Object.keys(hash).filter((field) => field !== "shards:");
  const ids = new Set(fields.map((field) => field.replace(/^(status|seen|drain|probe):/, "")));
  return Array.from(ids, (id) => {
    const seen = hash[`seen:${id}`] ?? "";
    return { id, seen, silentMs: now - Number(seen || Number.NaN), offer: offerOf(hash[id]) };
  });
}

function offerOf(text: string | undefined): string {
  try {
    return JSON.stringify((JSON.parse(text ?? "") as { node_types?: unknown }).node_types ?? null);
  } catch {
    return "";
  }
}

/** Neither a row without a time nor one from the future is of an executor of ours. */
function isGone({ silentMs }: Row): boolean {
  return !(silentMs <= DEFAULTS.executor_forget_ms && silentMs >= -DEFAULTS.executor_online_ms);
}

function replaces(other: Row, row: Row): boolean {
  return (
    row.silentMs > DEFAULTS.executor_online_ms && other.silentMs < row.silentMs && other.offer === row.offer
  );
}
