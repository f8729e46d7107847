/** How long a task waits for a place: what is before it, shared among the pool's places. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { Executor } from "@myspinbot/contracts/types.ts";
import { readPoolLoad } from "../health/gauges.ts";
import type { Redis } from "../redis/client.ts";
import type { Durations } from "./durations.ts";

export interface PoolDeps {
  redis: Redis;
  keys: Keys;
  shards: readonly string[];
}

/** What a pool has to do, and with how much. */
export interface PoolState {
  waiting: number;
  running: number;
  slots: number;
}

/** Places of the executors of a pool that are online, together. */
export function slotsOf(executors: readonly Executor[], pool: string): number {
  return executors
    .filter((executor) => executor.pool === pool && executor.status === "online")
    .reduce((sum, { slots }) => sum + slots, 0);
}

export async function readPoolState(
  deps: PoolDeps,
  pool: string,
  executors: readonly Executor[],
): Promise<PoolState> {
  const { waiting, running } = await readPoolLoad(deps, pool);
  return { waiting, running, slots: slotsOf(executors, pool) };
}

/**
 * Seconds until a task begins before which `ahead` others wait: nothing while there are places, else the turns of those
 * before it and half of one that runs. Undefined without executors, or where no task of the pool has ended yet.
 */
export function waitSeconds(
  { running, slots }: PoolState,
  ahead: number,
  usual: ReturnType<Durations["pool"]>,
): number | undefined {
  if (slots === 0) return undefined;
  if (running + ahead < slots) return 0;
  if (usual === undefined) return undefined;
  return ((running + ahead + 1 - slots - 0.5) * usual) / slots;
}
