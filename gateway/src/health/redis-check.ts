/** Whether the Redis that answers is one that runs can live in: new enough, of the kind that its address says, no replica, not full, evicting nothing. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { AppError } from "../errors/app-error.ts";
import type { Redis } from "../redis/client.ts";
import { isClustered, serversOf } from "../redis/sharded.ts";

const CLUSTER = "Redis is a cluster, and its address names a single server: write redis+cluster://";
const NO_CLUSTER = "Redis is no cluster, and its address is of one: write redis://";

/** Of what it counts its own versions by, and Valkey beside them: Valkey 7.2 says 7.2. */
const OLDEST = 7;

/** @throws Error with one sentence when no setting would mend the server; silent while it is away, because it may come later. */
export async function refuseUnfit(redis: Redis, shards: readonly string[]): Promise<void> {
  for (const server of serversOf(redis, shards)) {
    const unfit = whyUnfit(await server.info().catch(() => ""), isClustered(redis));
    if (unfit !== undefined) throw new Error(`${unfit}.`);
  }
}

/** @param info what INFO answers. Undefined for a server that can be used. */
export function whyUnfit(info: string, clustered = false): string | undefined {
  const isCluster = fieldOf(info, "cluster_enabled");
  if (isCluster === "1" && !clustered) return CLUSTER;
  if (isCluster === "0" && clustered) return NO_CLUSTER;
  const version = fieldOf(info, "redis_version");
  if (version !== undefined && Number.parseInt(version, 10) < OLDEST)
    return `Redis is version ${version}, but must be 7.0 or newer, or Valkey 7.2 or newer: update the server`;
  return undefined;
}

/** @throws Error with what is wrong, of each server that holds a shard. */
export async function checkRedis(redis: Redis, keys: Keys, shards: readonly string[]): Promise<void> {
  const servers = serversOf(redis, shards);
  const looks = await Promise.allSettled(
    servers.map((server, index) =>
      checkServer(server, keys.idempotency(shards[index] ?? "s0", "probe"), isClustered(redis)),
    ),
  );
  const wrong = looks.flatMap((look) => (look.status === "rejected" ? [detailOf(look.reason)] : []));
  if (wrong.length > 0) throw new Error(wrong.join(" "));
}

/** @param probe a key that is never there */
async function checkServer(redis: Redis, probe: string, clustered: boolean): Promise<void> {
  const info = await fromRedis(redis.info());
  const unfit = whyUnfit(info, clustered);
  if (unfit !== undefined) throw new Error(unfit);
  // Writes nothing, but is refused like all that writes: by replicas, full servers and those without a disk.
  await fromRedis(redis.setrange(probe, 0, ""));
  const policy = fieldOf(info, "maxmemory_policy");
  if (policy !== undefined && policy !== "noeviction") {
    throw new Error(
      `maxmemory-policy is ${policy}, but must be noeviction: the server would delete runs when it is full`,
    );
  }
}

function detailOf(error: unknown): string {
  return error instanceof AppError ? error.detail : (error as Error).message;
}

function fieldOf(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(\\S+)`, "m").exec(info)?.[1];
}
