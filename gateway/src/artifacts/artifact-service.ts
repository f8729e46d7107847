/** Finds artifacts by id: the commit that accepted one wrote down which run it belongs to. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { shardOfId } from "@myspinbot/contracts/keys.ts";
import type { Artifact } from "@myspinbot/contracts/types.ts";
import { AppError } from "../errors/app-error.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { ownerOf } from "../owner.ts";
import type { Redis } from "../redis/client.ts";
import { toArtifact } from "./artifact-view.ts";

/** Who reads: an owner, or a token of one run. */
export interface Reader {
  owner: string;
  run?: string;
}

export interface ArtifactService {
  /** @throws AppError `artifact-gone` after its time, `artifact-not-found`, also for one of another owner's run, or of another run than a token lets read. */
  get(caller: Reader, artifactId: string): Promise<Artifact>;
}

export interface ArtifactServiceOptions {
  redis: Redis;
  keys: Keys;
  shards: readonly string[];
}

/** What retention leaves in place of the run: this word, the owner, the run. */
const GONE = "gone";
const ARTIFACT_ID = /^art_s[0-9]{1,4}_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

export function createArtifactService({ redis, keys, shards }: ArtifactServiceOptions): ArtifactService {
  return {
    async get({ owner, run: only }, id) {
      const shard = shardOfId(id);
      if (!ARTIFACT_ID.test(id) || !shards.includes(shard)) throw notFound(id);
      const placed = () => fromRedis(redis.get(keys.artifact(shard, id)));
      const missing = (place: string | null): AppError => {
        const [word, of, maker] = (place ?? "").split(" ");
        const isTheirs = ownerOf(of) === owner && (only === undefined || only === maker);
        return word === GONE && isTheirs ? gone(id) : notFound(id);
      };
      // A run may show what another has made.
      const run = only ?? (await placed());
      if (run === null || run.includes(" ")) throw missing(run);
      const [row, recorded] = await fromRedis(
        Promise.all([
          redis.hget(keys.runArtifacts(shard, run), id),
          redis.hget(keys.run(shard, run), "owner"),
        ]),
      );
      if (row === null || ownerOf(recorded) !== owner)
        throw missing(only === undefined ? null : await placed());
      return toArtifact(run, JSON.parse(row) as Artifact);
    },
  };
}

function gone(id: string): AppError {
  return new AppError("artifact-gone", `The artifact ${id} was kept as long as its run, which is over.`);
}

function notFound(id: string): AppError {
  return new AppError("artifact-not-found", `There is no artifact ${id.slice(0, 64)}.`);
}
