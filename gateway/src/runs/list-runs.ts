/** Lists runs newest first, over all shards, page by page. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { RunPage, RunSummary } from "@myspinbot/contracts/types.ts";
import { OWNERS } from "@myspinbot/contracts/wire.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { ownerOf } from "../owner.ts";
import type { Redis } from "../redis/client.ts";
import { readCursor, toCursor } from "../redis/cursor.ts";
import { newestFirst } from "../redis/newest-first.ts";
import { isRunId, shardOfRun } from "../run-id.ts";
import { adoptRuns } from "./adopt-runs.ts";
import { times, urlsOf } from "./run-view.ts";

export interface RunFilter {
  owner: string;
  status?: string;
  graph?: string;
  tag?: string;
  withoutTag?: string;
}

export interface RunLists {
  redis: Redis;
  keys: Keys;
  shards: readonly string[];
}

/** How many runs one request looks at when most do not fit the filter; the page may then be short, or empty. */
const MOST_LOOKED_AT = 500;
/** How many are read at once then: a page of one shall not mean a round trip for each run. */
const READ_AT_ONCE = 100;

/** @throws AppError `invalid-request` for a cursor that is none of ours. */
export async function listRuns(
  lists: RunLists,
  filter: RunFilter,
  page: { limit: number; cursor?: string },
): Promise<RunPage> {
  const runs: RunSummary[] = [];
  let after = page.cursor === undefined ? undefined : readCursor(page.cursor, isRunId);
  const keys = lists.shards.map((shard) => lists.keys.ownerRuns(shard, filter.status ?? "all", filter.owner));
  if (filter.owner === OWNERS.default) await adoptRuns(lists);
  // Of those without a tag most fit, so a first look takes no more than are wanted.
  let atOnce = filter.graph || filter.tag ? Math.max(page.limit, READ_AT_ONCE) : page.limit;
  for (let looked = 0; looked < MOST_LOOKED_AT;) {
    const places = await newestFirst(lists.redis, keys, after, atOnce);
    const summaries = await Promise.all(places.map((place) => readSummary(lists, place.id, filter.owner)));
    for (const [index, summary] of summaries.entries()) {
      after = places[index];
      if (summary && fits(summary, filter)) runs.push(summary);
      if (runs.length === page.limit) return { runs, next_cursor: toCursor(after!) };
    }
    looked += places.length;
    if (places.length < atOnce) return { runs };
    atOnce = Math.max(page.limit, READ_AT_ONCE);
  }
  return { runs, ...(after ? { next_cursor: toCursor(after) } : {}) };
}

async function readSummary(
  { redis, keys }: RunLists,
  run: string,
  owner: string,
): Promise<RunSummary | undefined> {
  const shard = shardOfRun(run);
  const [record, tags] = await fromRedis(
    Promise.all([
      redis.hmget(
        keys.run(shard, run),
        "graph",
        "status",
        "created_at",
        "started_at",
        "completed_at",
        "owner",
      ),
      redis.hget(keys.runData(shard, run), "tags"),
    ]),
  );
  const [graph, status, created_at, started_at, completed_at, recorded] = record;
  if (!status || !created_at || ownerOf(recorded) !== owner) return undefined;
  const { expires_at: _, ...when } = times({
    created_at,
    ...(started_at ? { started_at } : {}),
    ...(completed_at ? { completed_at } : {}),
  });
  return {
    run_id: run,
    graph: graph ?? "",
    status: status as RunSummary["status"],
    ...when,
    tags: JSON.parse(tags ?? "[]") as string[],
    urls: { self: urlsOf(run).self },
  };
}

/** A run may change its status between list and record; then it belongs to another list. */
function fits(run: RunSummary, { status, graph, tag, withoutTag }: RunFilter): boolean {
  return (
    (status === undefined || run.status === status) &&
    (graph === undefined || run.graph === graph) &&
    (tag === undefined || run.tags.includes(tag)) &&
    (withoutTag === undefined || !run.tags.includes(withoutTag))
  );
}
