/** Finds artifacts by id. The driver files them under their run, and their id does not name it. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { shardOfId } from "@myspinbot/contracts/keys.ts";
import type { Artifact } from "@myspinbot/contracts/types.ts";
import { decodeTime } from "ulid";
import { AppError } from "../errors/app-error.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";
import { toArtifact } from "./artifact-view.ts";

export interface ArtifactService {
  /** @throws AppError `artifact-not-found`. */
  get(artifactId: string): Promise<Artifact>;
}

export interface ArtifactServiceOptions {
  redis: Redis;
  keys: Keys;
  shards: readonly string[];
}

const ARTIFACT_ID = /^art_s[0-9]{1,4}_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
/** Clocks of executors may be ahead of Redis by this much. */
const SKEW_MS = 3_600_000;
/** The longest run deadline there is: a run older than this made nothing at that time. */
const LONGEST_RUN_MS = 2_592_000_000;
const BATCH = 200;
const REMEMBERED = 10_000;

export function createArtifactService({ redis, keys, shards }: ArtifactServiceOptions): ArtifactService {
  const runOf = new Map<string, string>();

  const read = async (shard: string, run: string, id: string): Promise<Artifact | undefined> => {
    const row = await fromRedis(redis.hget(keys.runArtifacts(shard, run), id));
    return row === null ? undefined : toArtifact(run, JSON.parse(row) as Artifact);
  };

  /** Runs that lived when the artifact's id was made, newest first: nearly always one of the first few. */
  const search = async (shard: string, id: string): Promise<string | undefined> => {
    const made = decodeTime(id.slice(id.lastIndexOf("_") + 1));
    for (let offset = 0; ; offset += BATCH) {
      const runs = await fromRedis(
        redis.zrevrangebyscore(
          keys.runs(shard),
          made + SKEW_MS,
          made - LONGEST_RUN_MS,
          "LIMIT",
          offset,
          BATCH,
        ),
      );
      const hits = await fromRedis(
        Promise.all(runs.map((run) => redis.hexists(keys.runArtifacts(shard, run), id))),
      );
      const found = hits.indexOf(1);
      if (found >= 0) return runs[found];
      if (runs.length < BATCH) return undefined;
    }
  };

  return {
    async get(id) {
      const shard = shardOfId(id);
      if (!ARTIFACT_ID.test(id) || !shards.includes(shard)) throw notFound(id);
      const run = runOf.get(id) ?? (await search(shard, id));
      const artifact = run === undefined ? undefined : await read(shard, run, id);
      if (run === undefined || !artifact) throw notFound(id);
      if (runOf.size >= REMEMBERED) runOf.clear();
      runOf.set(id, run);
      return artifact;
    },
  };
}

function notFound(id: string): AppError {
  return new AppError("artifact-not-found", `There is no artifact ${id.slice(0, 64)}.`);
}
