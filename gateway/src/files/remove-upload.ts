/** Removes an upload that no run needs any more: off its list first, so that none can take it while its bytes go. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import { DEFAULTS, TERMINAL_RUN_STATUSES } from "@myspinbot/contracts/wire.ts";
import type { ObjectStore } from "../artifacts/object-store.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";
import { inShard } from "../redis/sharded.ts";
import { runStep } from "../redis/scripts.ts";
import { shardOfFile } from "./file-id.ts";
import { fileKey } from "./file-record.ts";
import { uploadTimer, type UploadListDeps } from "./upload-list.ts";

export interface RemoveDeps extends UploadListDeps {
  store: ObjectStore;
}

export interface Upload {
  owner: string;
  file: string;
}

const TERMINAL: ReadonlySet<string> = new Set(TERMINAL_RUN_STATUSES);

/** As its owner asks: no run can use it from now on; its bytes go now, or when the last run that uses it has ended. */
export async function deleteUpload(deps: RemoveDeps, upload: Upload): Promise<void> {
  await retire(deps, upload, { seen: "", notBeforeMs: 0 });
  await removeUpload(deps, upload);
}

/**
 * Removes what no run uses and none has used for as long as uploads are kept. Repeatable, from wherever it stopped.
 * @returns false when it stays for now; its timer comes back
 */
export async function removeUpload(deps: RemoveDeps, upload: Upload): Promise<boolean> {
  const { redis, keys, shards, store, retentionMs } = deps;
  const { owner, file } = upload;
  const shard = shardOfFile(file, shards);
  const timer = uploadTimer(owner, file);
  const [seen, listed] = await fromRedis(
    Promise.all([redis.zscore(keys.timers(shard), timer), redis.zscore(keys.ownerFiles(shard, owner), file)]),
  );
  if (seen === null) return true;
  const { live, endedAt } = await usesOf(deps, file);
  if (listed === null) {
    if (live) return false;
  } else {
    const notBeforeMs = (live ? await nowOf(inShard(redis, shard)) : endedAt) + retentionMs;
    if (!(await retire(deps, upload, { seen, notBeforeMs }))) return false;
    // Whom retention takes it from is told so; of what its owner deletes nothing is left.
    await fromRedis(redis.set(keys.fileGone(shard, file), owner, "PX", DEFAULTS.gone_ms));
  }
  await store.delete(fileKey(file));
  await fromRedis(runStep(redis, steps.forgetUpload(keys, { shard, file, timer })));
  return true;
}

async function retire(
  { redis, keys, shards }: RemoveDeps,
  { owner, file }: Upload,
  decided: { seen: string; notBeforeMs: number },
): Promise<boolean> {
  const shard = shardOfFile(file, shards);
  const timer = uploadTimer(owner, file);
  const timerVisibilityMs = DEFAULTS.timer_visibility_ms;
  const step = steps.retireUpload(keys, { shard, owner, file, timer, timerVisibilityMs, ...decided });
  return (await fromRedis(runStep(redis, step))) === 1;
}

/** Whether a run uses it now, and when the last one that did has ended; 0 when none has. */
async function usesOf(
  { redis, keys, shards }: { redis: Redis; keys: Keys; shards: readonly string[] },
  file: string,
): Promise<{ live: boolean; endedAt: number }> {
  const perShard = shards.map(async (shard) => {
    const runs = await fromRedis(redis.smembers(keys.fileRuns(shard, file)));
    return Promise.all(
      runs.map((run) => fromRedis(redis.hmget(keys.run(shard, run), "status", "completed_at"))),
    );
  });
  const records = (await Promise.all(perShard)).flat();
  return {
    live: records.some(([status]) => status && !TERMINAL.has(status)),
    endedAt: Math.max(0, ...records.map(([, completed]) => Number(completed ?? 0))),
  };
}

/** The server's clock, by which timers go. */
async function nowOf(redis: Redis): Promise<number> {
  const [seconds, micros] = await fromRedis(redis.time());
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
}
