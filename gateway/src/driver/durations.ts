/** What a drive has learned of how long things take: tasks that were settled, and all of a run that succeeded. */
import type { NodeRow, NodeTiming } from "@myspinbot/contracts/types.ts";
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { readDurations } from "../estimates/durations.ts";
import { isApproval } from "../graphs/node-place.ts";
import type { Redis } from "../redis/client.ts";
import type { Draft } from "./draft.ts";
import type { Situation } from "./situation.ts";

export interface Duration {
  /** Of a graph, which is kept as long as its runs are; else of a node type or a pool. */
  of_graph: boolean;
  field: string;
  ms: number;
}

export function durationsOf(situation: Situation, draft: Draft): Duration[] {
  const common = [...tasksOf(situation), ...(draft.status === "succeeded" ? nodeTypesOf(draft) : [])];
  return [
    ...common.map(({ field, ms }) => ({ of_graph: false, field, ms })),
    ...(draft.status === "succeeded" ? graphOf(situation, draft) : []),
  ];
}

function tasksOf({ letters }: Situation): { field: string; ms: number }[] {
  return letters.flatMap(({ source, body }) => {
    if (body.kind !== "ending" || body.outcome !== "settled" || body.results.length === 0) return [];
    const ms = body.results.reduce((sum, { timing }) => sum + toMs(timing), 0);
    return [{ field: `pool:${source}`, ms }];
  });
}

/** One of each type, whatever the number of nodes: a run of many scenes must not be all that is remembered. */
function nodeTypesOf(draft: Draft): { field: string; ms: number }[] {
  const done = [...draft.rows.values()].filter(({ status, timing }) => status === "succeeded" && timing);
  return [...Map.groupBy(done, ({ type }) => type)].map(([type, rows]) => ({
    field: `type:${type}`,
    ms: Math.round(rows.reduce((sum, { timing }) => sum + toMs(timing), 0) / rows.length),
  }));
}

function graphOf(situation: Situation, draft: Draft): Duration[] {
  const ms = tookMs(situation, draft);
  return ms > 0 ? [{ of_graph: true, field: situation.record.digest, ms }] : [];
}

/** From its start until now; 0 where that is no measure: a person was waited for, or all came in one drive. */
export function tookMs({ record, now }: Situation, draft: Draft): number {
  const wasAsked = (row: NodeRow) => isApproval(row) && row.status !== "skipped";
  // A fork has taken over a part.
  if (record.forked_from !== undefined) return 0;
  if (record.started_at === undefined || [...draft.rows.values()].some(wasAsked)) return 0;
  return Math.max(0, now - Number(record.started_at));
}

function toMs({ load_s = 0, execute_s = 0, upload_s = 0 }: NodeTiming = {}): number {
  return Math.round((load_s + execute_s + upload_s) * 1000);
}

/** What runs of the graph took so far. Not knowing costs a figure, and nothing else. */
export async function usualSeconds(
  { redis, keys }: { redis: Redis; keys: Keys },
  shard: string,
  { record }: Situation,
): Promise<number | undefined> {
  const known = await readDurations({ redis, keys, shards: [shard] }, [record.digest]).catch(() => undefined);
  return known?.graph(record.digest);
}
