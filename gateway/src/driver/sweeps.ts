/** What drivers do besides driving: reap, adopt, timers, reconcile. Every gateway does it, without a lock. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import { DEFAULTS, GROUPS } from "@myspinbot/contracts/wire.ts";
import { isMissingGroup } from "../errors/redis-faults.ts";
import type { Redis } from "../redis/client.ts";
import { toRecord } from "../redis/flat.ts";
import { runStep } from "../redis/scripts.ts";
import { taskStreams } from "../redis/task-stream.ts";
import { sourceStream, type Entry } from "./collect.ts";
import { forgetExecutors } from "./forget-executors.ts";

export interface SweepDeps {
  redis: Redis;
  keys: Keys;
  shard: string;
  /** How many there are. */
  shards: number;
  pools: string[];
  consumer: string;
  leaseMs: number;
  driverLeaseMs: number;
  reconcileMs: number;
  /** How long a consumer with nothing pending has asked for nothing until it is deleted. */
  consumerIdleMs?: number;
  /** Told of the timer of what was kept long enough, again and again until it is gone. */
  onDue?: (timer: string) => void;
  onLost?: (task: string, pool: string) => void;
}

type Row = [id: string, flat: string[]];
type Pending = [id: string, consumer: string, idleMs: number, deliveries: number];
const PAGE = 100;
const always = (): boolean => true;
const LIVE = ["queued", "running", "waiting", "canceling"] as const;

/** A stream without its group holds nothing that anybody took; the group is made by `ensureGroups` or `reconcile`. */
function unlessMissingGroup(error: unknown): null {
  if (isMissingGroup(error)) return null;
  throw error;
}

/** Makes the group `drivers` on all streams that a driver of the shard reads. */
export async function ensureGroups({ redis, keys, shard, pools }: SweepDeps): Promise<void> {
  for (const source of ["mail", ...pools]) {
    const stream = sourceStream(keys, shard, source);
    await runStep(redis, steps.ensureGroup(keys, { stream, group: GROUPS.drivers }));
  }
}

async function reapPool(deps: SweepDeps, pool: string, mayGoOn: () => boolean): Promise<void> {
  await forEach(taskStreams(deps.keys, deps.shard, pool), async (stream) => {
    const reaping = reapStream(deps, { pool, stream }, mayGoOn);
    await Promise.all([reaping, remindHolders(deps, { pool, stream })]).catch(unlessMissingGroup);
  });
}

/**
 * Tells executors that hold what they do not renew: perhaps they do not know of it, because the connection that it was
 * given to has died. Who does not hear it loses the task when its lease is over.
 */
async function remindHolders(
  { redis, keys, shard, leaseMs }: SweepDeps,
  { pool, stream }: { pool: string; stream: string },
): Promise<void> {
  const idle = Math.ceil(leaseMs / 2);
  const rows = (await redis.xpending(stream, GROUPS.executors, "IDLE", idle, "-", "+", PAGE)) as Pending[];
  const holders = new Set(rows.filter(([, , ms]) => ms < leaseMs).map(([, holder]) => holder));
  const channel = keys.channels.poolControl(shard, pool);
  await Promise.all(Array.from(holders, (holder) => redis.publish(channel, `renew ${holder}`)));
}

async function reapStream(
  deps: SweepDeps,
  { pool, stream }: { pool: string; stream: string },
  mayGoOn: () => boolean,
): Promise<void> {
  const { redis, keys, shard, leaseMs } = deps;
  const idle = (await redis.xpending(stream, GROUPS.executors, "IDLE", leaseMs, "-", "+", PAGE)) as Row[];
  for (const [entry] of idle) {
    if (!mayGoOn()) return;
    const [row] = (await redis.xrange(stream, entry, entry)) as Row[];
    const task = row ? (toRecord(row[1]).task ?? "") : "";
    const outcome = await runStep(redis, steps.reap(keys, { shard, pool, stream, task, entry, leaseMs }));
    if (outcome === "lost") deps.onLost?.(task, pool);
  }
}

/**
 * Does the work for each, also after one of them failed: a box can spoil its own pool's streams, not others' time.
 * @throws AggregateError of what failed.
 */
async function forEach(items: Iterable<string>, work: (item: string) => Promise<unknown>): Promise<void> {
  const failures: unknown[] = [];
  for (const item of items) await work(item).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, String(failures[0]), { cause: failures[0] });
}

/** Closes every task whose lease is over. */
export async function reap(deps: SweepDeps, mayGoOn = always): Promise<void> {
  await forEach(deps.pools, (pool) => reapPool(deps, pool, mayGoOn));
}

/** Mail and reports that a dead driver has read and not collected. */
export async function adopt(deps: SweepDeps): Promise<Entry[]> {
  const { redis, keys, shard, consumer, driverLeaseMs } = deps;
  const perSource = ["mail", ...deps.pools].map(async (source) => {
    const stream = sourceStream(keys, shard, source);
    const answer = await redis
      .xautoclaim(stream, GROUPS.drivers, consumer, driverLeaseMs, "0-0", "COUNT", PAGE)
      .catch(unlessMissingGroup);
    const rows = (answer as [string, (Row | null)[]] | null)?.[1] ?? [];
    return rows.flatMap((row) => (row ? { shard, source, id: row[0], fields: toRecord(row[1]) } : []));
  });
  return (await Promise.all(perSource)).flat();
}

/** Hands back what was read and not taken: whoever adopts next may have it at once. */
export async function release(deps: SweepDeps, entries: readonly Entry[]): Promise<void> {
  const { redis, keys, shard, consumer, driverLeaseMs } = deps;
  const perSource = Array.from(
    Map.groupBy(entries, ({ source }) => source),
    ([source, own]) => {
      const ids = own.map(({ id }) => id);
      const stream = sourceStream(keys, shard, source);
      return redis.xclaim(stream, GROUPS.drivers, consumer, 0, ...ids, "IDLE", driverLeaseMs, "JUSTID");
    },
  );
  await Promise.all(perSource);
}

/** Turns due timers into mail; those of what was kept long enough are handed to `onDue`. */
export async function claimTimers(deps: SweepDeps, mayGoOn = always): Promise<void> {
  const { redis, keys, shard } = deps;
  for (let count = PAGE; count === PAGE && mayGoOn();) {
    const timerVisibilityMs = DEFAULTS.timer_visibility_ms;
    const claim = steps.claimTimers(keys, { shard, atMost: PAGE, timerVisibilityMs });
    const [claimed, effects] = await runStep(redis, claim);
    count = claimed;
    for (const member of effects) deps.onDue?.(member);
  }
}

async function reconcileRun({ redis, keys, ...deps }: SweepDeps, run: string): Promise<void> {
  const { shard, pools, reconcileMs } = deps;
  await runStep(redis, steps.reconcileRun(keys, { shard, run, pools, reconcileMs }));
}

async function removeIdleConsumers(deps: SweepDeps, stream: string, group: string): Promise<void> {
  const { redis, keys, consumerIdleMs: idleMs = DEFAULTS.consumer_idle_ms } = deps;
  const rows = (await redis.xinfo("CONSUMERS", stream, group).catch(() => [])) as string[][];
  for (const row of rows) {
    const consumer = toRecord(row.map(String)).name!;
    await runStep(redis, steps.leave(keys, { stream, group, consumer, idleMs }));
  }
}

async function reconcilePool(deps: SweepDeps, pool: string): Promise<void> {
  const { redis, keys, shard } = deps;
  await forEach(taskStreams(keys, shard, pool), async (stream) => {
    await runStep(redis, steps.reconcilePool(keys, { shard, pool, stream }));
    await removeIdleConsumers(deps, stream, GROUPS.executors);
  });
  // For executors, which are told it when they announce themselves: each must work in all.
  await redis.hset(keys.poolExecutors(shard, pool), "shards:", deps.shards);
  await forgetExecutors({ redis, keys }, shard, pool);
  await removeIdleConsumers(deps, keys.poolReports(shard, pool), GROUPS.drivers);
}

/** The slow sweep: task streams without their group, runs that have lost something, executors, consumers and objects gone. */
export async function reconcile(deps: SweepDeps): Promise<void> {
  const { redis, keys, shard } = deps;
  await ensureGroups(deps);
  await removeIdleConsumers(deps, keys.mail(shard), GROUPS.drivers);
  await runStep(redis, steps.checkStored(keys, { shard }));
  const live = await Promise.all(
    LIVE.map((status) => redis.zrange(keys.runsByStatus(shard, status), "0", "-1")),
  );
  const ending = await redis.smembers(keys.endedWithTasks(shard));
  await forEach([...live.flat(), ...ending], (run) => reconcileRun(deps, run));
  await forEach(deps.pools, (pool) => reconcilePool(deps, pool));
}
