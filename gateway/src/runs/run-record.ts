/** What Redis keeps of a run, read in one round trip. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { Artifact, RunRow } from "@myspinbot/contracts/types.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";
import { inShard } from "../redis/sharded.ts";
import { shardOfRun } from "../run-id.ts";

/** An artifact's row: what clients see, and the output that it was. */
export type ArtifactRow = Artifact & { output?: string };

export interface RunRecord {
  run: string;
  record: RunRow;
  /** Fields of the node hash: `<node>`, `task:<node>`, `began:<node>`, `progress:<node>`. */
  nodes: Record<string, string>;
  /** input, request_input, output, error, metadata, tags, weights; each JSON. */
  data: Record<string, string>;
  artifacts: Record<string, string>;
  /** Runs that were forked from it, newest first. */
  forks: string[];
}

type Fields = Record<string, string>;
type Replies = [record: Fields, nodes: Fields, data: Fields, artifacts: Fields, forks: string[]];

const MOST_FORKS = 100;

/** Reads all parts at the same moment, so that `record.seq` fits the rest. Undefined when there is no such run. */
export async function readRunRecord(redis: Redis, keys: Keys, run: string): Promise<RunRecord | undefined> {
  const shard = shardOfRun(run);
  const replies = await fromRedis(
    inShard(redis, shard)
      .multi()
      .hgetall(keys.run(shard, run))
      .hgetall(keys.runNodes(shard, run))
      .hgetall(keys.runData(shard, run))
      .hgetall(keys.runArtifacts(shard, run))
      .zrevrange(keys.runForks(shard, run), 0, MOST_FORKS - 1)
      .exec(),
  );
  const [record, nodes, data, artifacts, forks] = (replies ?? []).map(([error, reply]) => {
    if (error) throw error;
    return reply;
  }) as Partial<Replies>;
  if (!record?.status) return undefined;
  return {
    run,
    record: record as unknown as RunRow,
    nodes: nodes ?? {},
    data: data ?? {},
    artifacts: artifacts ?? {},
    forks: forks ?? [],
  };
}
