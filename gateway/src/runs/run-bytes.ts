/** The bytes that a run has made: they go with it, but for those that forks of it have taken over. */
import { objectKeys, timerMembers, type Keys } from "@myspinbot/contracts/keys.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import type { Artifact } from "@myspinbot/contracts/types.ts";
import type { ObjectStore } from "../artifacts/object-store.ts";
import { withinMs, type Clock } from "../clock.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";
import { runStep } from "../redis/scripts.ts";
import { shardOfRun } from "../run-id.ts";

export interface RunStores {
  redis: Redis;
  keys: Keys;
  store: ObjectStore;
  clock: Clock;
}

/** An artifact that a run has taken over from the one that made it. */
export interface Taken {
  artifact: string;
  key: string;
  by: string;
}

/** How long the store may take to delete a run's bytes before it counts as away; another call goes on from there. */
const LONGEST_MS = 30_000;

/** What others have taken over of what a run has made. */
export async function takenFrom({ redis, keys }: RunStores, maker: string): Promise<Taken[]> {
  const shard = shardOfRun(maker);
  const taken: Taken[] = [];
  for (const by of await fromRedis(redis.smembers(keys.folderRuns(shard, maker))))
    for (const [artifact, row] of Object.entries(
      await fromRedis(redis.hgetall(keys.runArtifacts(shard, by))),
    )) {
      const { key } = JSON.parse(row) as Artifact;
      if (key.startsWith(objectKeys.runFolder(maker))) taken.push({ artifact, key, by });
    }
  return taken;
}

/** Deletes what no other run uses. Repeatable. @returns what stays, and who has it */
export async function removeBytes(stores: RunStores, run: string): Promise<Taken[]> {
  const { store, clock } = stores;
  const taken = await takenFrom(stores, run);
  const kept = new Set(taken.map(({ key }) => key));
  await withinMs(clock, LONGEST_MS, (late) => store.deletePrefix(objectKeys.runFolder(run), late, kept));
  return taken;
}

/** The bytes that a run that is gone has left for others, when one of these goes. */
export async function removeLeftBytes(stores: RunStores, run: string): Promise<void> {
  const { redis, keys } = stores;
  const shard = shardOfRun(run);
  const timer = timerMembers.folder(run);
  const seen = await fromRedis(redis.zscore(keys.timers(shard), timer));
  if (seen === null) return;
  await removeBytes(stores, run);
  await fromRedis(runStep(redis, steps.endTimer(keys, { shard, timer, seen })));
}
