/** Finds out whether something was said in time of nodes that are overdue, and lies where no driver has read it yet. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { GraphModel } from "../run-engine/graph-model.ts";
import type { Channels } from "../run-engine/state.ts";
import type { Redis } from "../redis/client.ts";
import { toRecord } from "../redis/flat.ts";
import { sourceStream } from "./collect.ts";
import { hasDeadlines, overdue, type Overdue } from "./deadlines.ts";
import type { Situation } from "./situation.ts";

interface Deps {
  redis: Redis;
  keys: Keys;
}

interface Locked {
  shard: string;
  situation: Situation;
  model: GraphModel;
  /** As they are when the drive begins. */
  channels: Channels;
}

/** Of one pool; with as many, drivers are so far behind that nothing is known of the rest. */
const MOST = 500;

/**
 * Reports are stamped by the clock of the deadlines, Redis's, so none that is in time can come once one has passed:
 * what lies there now is all that there is.
 */
export async function unheardOf(
  deps: Deps,
  { shard, situation, model, channels }: Locked,
): Promise<ReadonlySet<string>> {
  const { rows, now, run, letters } = situation;
  // Most graphs have none, and of most that do nothing is overdue.
  if (!hasDeadlines(model)) return new Set();
  const asked = overdue(rows, model.expand?.(channels) ?? model, now).filter(
    ({ node }) => rows.get(node)!.status === "dispatched",
  );
  if (asked.length === 0) return new Set();
  const pools = [...new Set(asked.map(({ node }) => rows.get(node)!.pool))];
  const found = await Promise.all(pools.map((pool) => unread(deps, shard, pool, asked)));
  // After the streams: what was in none of them has been brought to the run before, or is none.
  const waiting = await deps.redis.llen(deps.keys.runMailbox(shard, run));
  if (waiting > letters.length) return new Set(asked.map(({ node }) => node));
  const isUnheard = ({ node, by }: Overdue): boolean => {
    const { pool, task } = rows.get(node)!;
    const { reports, isWhole } = found[pools.indexOf(pool)]!;
    return !isWhole || reports.some((report) => report.task === task && report.at <= by);
  };
  return new Set(asked.filter(isUnheard).map(({ node }) => node));
}

async function unread({ redis, keys }: Deps, shard: string, pool: string, asked: readonly Overdue[]) {
  const latest = Math.max(...asked.map(({ by }) => by));
  const rows = await redis.xrange(sourceStream(keys, shard, pool), "-", Math.floor(latest), "COUNT", MOST);
  const reports = rows.map(([id, flat]) => ({ at: Number(id.split("-")[0]), task: toRecord(flat).task }));
  return { reports, isWhole: rows.length < MOST };
}
