/** Remembers in Redis which uploads there are and until when: what is not listed is removed by nobody. */
import { timerMembers, type Keys } from "@myspinbot/contracts/keys.ts";
import { steps, type AnswerOf } from "@myspinbot/contracts/steps.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";
import type { Place } from "../redis/cursor.ts";
import { newestFirst } from "../redis/newest-first.ts";
import { runStep } from "../redis/scripts.ts";
import { shardOfFile } from "./file-id.ts";

export interface UploadListDeps {
  redis: Redis;
  keys: Keys;
  shards: readonly string[];
  /** How long an upload is kept after its last use. */
  retentionMs: number;
}

/** `gone` = it is being removed; `unknown` = brought before uploads were listed, or not there. */
type Kept = AnswerOf<typeof steps.keepUpload>;

export interface UploadList {
  /** Lists an upload with its bytes; before they are stored, so that none lie anywhere unlisted. */
  add(owner: string, file: string, size: number): Promise<Kept>;
  /** Keeps it for a run that is about to use it. */
  use(owner: string, file: string): Promise<Kept>;
  /** An owner's uploads, newest first. */
  page(owner: string, after: Place | undefined, limit: number): Promise<Place[]>;
}

/** Name of the timer at which an upload is looked at. */
export function uploadTimer(owner: string, file: string): string {
  return timerMembers.upload(file, owner);
}

export function createUploadList({ redis, keys, shards, retentionMs }: UploadListDeps): UploadList {
  const keep = (owner: string, file: string, { how, size }: { how: "new" | "use"; size: number }) => {
    const upload = { shard: shardOfFile(file, shards), owner, file, timer: uploadTimer(owner, file) };
    const step = steps.keepUpload(keys, { ...upload, uploadRetentionMs: retentionMs, how, size });
    return fromRedis(runStep(redis, step));
  };
  return {
    add: (owner, file, size) => keep(owner, file, { how: "new", size }),
    use: (owner, file) => keep(owner, file, { how: "use", size: 0 }),
    page: (owner, after, limit) =>
      newestFirst(
        redis,
        shards.map((shard) => keys.ownerFiles(shard, owner)),
        after,
        limit,
      ),
  };
}
