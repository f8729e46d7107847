/** Adds up what Redis counts of the object store: by owner, and all together. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { StorageOverview, StoredObjects } from "@myspinbot/contracts/types.ts";
import type { Redis } from "../redis/client.ts";

const MOST_OWNERS = 100;
/** Sums of an owner are named `<what>:<owner>`. */
const SUM = /^(artifacts|artifact_bytes|files|file_bytes):(.+)$/;

export async function readStorage(deps: {
  redis: Redis;
  keys: Keys;
  shards: readonly string[];
}): Promise<StorageOverview> {
  const { redis, keys, shards } = deps;
  const total = nothing();
  const owners = new Map<string, StoredObjects>();
  for (const sums of await Promise.all(shards.map((shard) => redis.hgetall(keys.storage(shard)))))
    for (const [name, value] of Object.entries(sums)) {
      const [, what, owner = ""] = SUM.exec(name) ?? [];
      if (what === undefined) continue;
      const own = owners.get(owner) ?? nothing();
      owners.set(owner, own);
      for (const sum of [total, own]) sum[what as keyof StoredObjects] += Number(value);
    }
  const rows = Array.from(owners, ([owner, stored]) => ({ owner, stored }));
  return {
    total,
    owners: rows.toSorted((a, b) => bytesOf(b.stored) - bytesOf(a.stored)).slice(0, MOST_OWNERS),
  };
}

function nothing(): StoredObjects {
  return { artifacts: 0, artifact_bytes: 0, files: 0, file_bytes: 0 };
}

function bytesOf({ artifact_bytes, file_bytes }: StoredObjects): number {
  return artifact_bytes + file_bytes;
}
