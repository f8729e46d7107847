/** Counts the bytes of a file against the day of the key that brings it. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";
import { runStep } from "../redis/scripts.ts";
import type { CallerKey } from "./caller.ts";
import { tooMany } from "./limits.ts";

/** Called before the bytes are stored. @throws AppError `too-many-requests` */
export type CountUpload = (key: CallerKey | undefined, size: number) => Promise<void>;

export function createCountUpload(options: { redis: Redis; keys: Keys; shard: string }): CountUpload {
  const { redis, keys, shard } = options;
  return async (key, size) => {
    const most = key?.limits.upload_bytes_per_day;
    if (key === undefined || most === undefined) return;
    const step = steps.countUpload(keys, { shard, key: key.id, size, most });
    const [word, left, reset] = await fromRedis(runStep(redis, step));
    if (word === "limited")
      throw tooMany({ limit: "upload_bytes_per_day", most, left: Number(left), resetMs: Number(reset) });
  };
}
