/** Reads a shard's mail and reports for one consumer: new entries, or those it has read before and not collected. */
import { GROUPS } from "@myspinbot/contracts/wire.ts";
import type { Redis } from "../redis/client.ts";
import { toRecord } from "../redis/flat.ts";
import { sourceStream, type Entry } from "./collect.ts";
import type { SweepDeps } from "./sweeps.ts";

export interface ReadOptions {
  /** `>` = new ones, `0` = the consumer's own that are pending. */
  from: ">" | "0";
  /** Of each stream. */
  count: number;
  /** Without it the answer comes at once; 0 waits for ever. */
  blockMs?: number;
}

type StreamRows = [stream: string, rows: [id: string, flat: string[] | null][]][];

/** @throws ReplyError NOGROUP where `ensureGroups` has not been called yet */
export async function readEntries(
  redis: Redis,
  { keys, shard, pools, consumer }: SweepDeps,
  { from, count, blockMs }: ReadOptions,
): Promise<Entry[]> {
  const sources = ["mail", ...pools];
  const streams = sources.map((source) => sourceStream(keys, shard, source));
  const block = blockMs === undefined ? [] : ["BLOCK", blockMs];
  const places = streams.map(() => from);
  const args = [
    "GROUP",
    GROUPS.drivers,
    consumer,
    "COUNT",
    count,
    ...block,
    "STREAMS",
    ...streams,
    ...places,
  ];
  const answer = (await redis.call("XREADGROUP", ...args)) as StreamRows | null;
  return (answer ?? []).flatMap(([stream, rows]) => {
    const source = sources[streams.indexOf(stream)] ?? "";
    return rows.map(([id, flat]) => ({ shard, source, id, fields: toRecord(flat ?? []) }));
  });
}
