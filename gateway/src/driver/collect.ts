/** Takes one entry of mail or reports to its run with one script call. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import type { Redis } from "../redis/client.ts";
import { runScript } from "../redis/scripts.ts";

export interface Entry {
  shard: string;
  /** `mail` or the pool whose reports it came from. */
  source: string;
  id: string;
  fields: Record<string, string>;
}

export interface CollectRequest {
  entry: Entry;
  token: string;
  lockMs: number;
  /** What the driver holds in memory of this run; '' = nothing. */
  knownCheckpoint: string;
  knownDigest: string;
}

/** The stream that an entry of this source lies in. */
export function sourceStream(keys: Keys, shard: string, source: string): string {
  return source === "mail" ? keys.mail(shard) : keys.poolReports(shard, source);
}

/** Runs `collect.lua` and answers its answer. */
export async function collect(redis: Redis, keys: Keys, request: CollectRequest): Promise<unknown[]> {
  const { shard, source, id, fields } = request.entry;
  const run = fields.run!;
  const answer = await runScript(
    redis,
    "collect",
    [
      sourceStream(keys, shard, source),
      keys.run(shard, run),
      keys.runNodes(shard, run),
      keys.runTasks(shard, run),
      keys.runMailbox(shard, run),
      keys.runEvents(shard, run),
      keys.timers(shard),
      source === "mail" ? keys.mail(shard) : keys.poolTask(shard, source, fields.task!),
      keys.runData(shard, run),
      keys.threadHeads(shard, run),
      keys.threadBlobs(shard, run),
      keys.endedWithTasks(shard),
    ],
    [
      id,
      source,
      run,
      request.token,
      request.lockMs,
      DEFAULTS.max_drives,
      request.knownCheckpoint,
      request.knownDigest,
      keys.channels.run(shard, run),
      DEFAULTS.events_per_run,
      keys.runsByStatus(shard, ""),
      keys.graph(shard, ""),
      keys.threadCheckpoint(shard, run, ""),
    ],
  );
  return answer as unknown[];
}
