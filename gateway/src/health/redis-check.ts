/** Whether the Redis that answers is one that runs can live in: new enough, of the kind that its address says, no replica, not full, evicting nothing. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { AppError } from "../errors/app-error.ts";
import { namedTogether, placeFault, whereOf } from "../errors/redis-faults.ts";
import type { Redis } from "../redis/client.ts";
import { isClustered, placeOf, serversOf } from "../redis/sharded.ts";

/** Stands for the server. */
const WHERE = "\0";

const CLUSTER = "Redis is a cluster, and its address names a single server: write redis+cluster://";
const NO_CLUSTER = "Redis is no cluster, and its address is of one: write redis://";

/** Of what it counts its own versions by, and Valkey beside them: Valkey 7.2 says 7.2. */
const OLDEST = 7;

/** @throws Error with one sentence when no setting would mend the server; silent while it is away, because it may come later. */
export async function refuseUnfit(redis: Redis, shards: readonly string[]): Promise<void> {
  const servers = serversOf(redis, shards);
  const infos = await Promise.all(servers.map((server) => server.info().catch(() => "")));
  const wrong = infos.flatMap((info) => whyUnfit(info, isClustered(redis)) ?? []);
  if (wrong[0] !== undefined) throw new Error(`${wrong[0]}.`);
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

/** @throws Error with what is wrong, and in a cluster with which of its servers. */
export async function checkRedis(redis: Redis, keys: Keys, shards: readonly string[]): Promise<void> {
  const servers = serversOf(redis, shards);
  const looks = servers.map(async (server, index) => {
    try {
      await checkServer(server, keys.idempotency(shards[index] ?? "s0", "probe"), isClustered(redis));
      return [];
    } catch (error) {
      const place = placeOf(server);
      if (error instanceof Error && place !== undefined && whereOf(error) === "") placeFault(error, place);
      return [error];
    }
  });
  const wrong = (await Promise.all(looks)).flat();
  if (wrong.length > 0) throw new Error(together(wrong, servers.length));
}

/** A fault that all have is said once; one that some have, with where they are. */
function together(errors: readonly unknown[], of: number): string {
  const alike = Map.groupBy(errors, (error) => {
    const [detail, where] = [detailOf(error), whereOf(error)];
    return where !== "" && detail.includes(where) ? detail.replace(where, WHERE) : `${detail}${WHERE}`;
  });
  return Array.from(alike, ([detail, same]) => {
    const places = same.map((error) => whereOf(error).slice(": ".length));
    return detail.replace(WHERE, same.length === of ? "" : `: ${namedTogether(places)}`);
  }).join(" ");
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
