/** Takes one entry of mail or reports to its run with one script call. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps, type AnswerOf } from "@myspinbot/contracts/steps.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import type { Redis } from "../redis/client.ts";
import { runStep } from "../redis/scripts.ts";

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
  /** With which the ids of deliveries begin that follow from it; always the same when it is repeated. */
  deliveryIds: string;
}

/** The stream that an entry of this source lies in. */
export function sourceStream(keys: Keys, shard: string, source: string): string {
  return source === "mail" ? keys.mail(shard) : keys.poolReports(shard, source);
}

/** Runs `collect.lua` and answers its answer. */
export function collect(
  redis: Redis,
  keys: Keys,
  request: CollectRequest,
): Promise<AnswerOf<typeof steps.collect>> {
  const { entry, ...known } = request;
  const { shard, source, fields } = entry;
  const step = steps.collect(keys, {
    ...known,
    shard,
    source,
    sourceStream: sourceStream(keys, shard, source),
    entry: entry.id,
    run: fields.run!,
    taskHash: source === "mail" ? keys.mail(shard) : keys.poolTask(shard, source, fields.task!),
    maxDrives: DEFAULTS.max_drives,
    eventsPerRun: DEFAULTS.events_per_run,
  });
  return runStep(redis, step);
}
