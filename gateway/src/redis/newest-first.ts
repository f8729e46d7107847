/** Reads lists of several shards as one, newest first. */
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "./client.ts";
import type { Place } from "./cursor.ts";

/** The `limit` rows that follow `after` in the merged order of these zsets: equal times by id downwards. */
export async function newestFirst(
  redis: Redis,
  lists: string[],
  after: Place | undefined,
  limit: number,
): Promise<Place[]> {
  const perList = lists.map(async (key) => {
    const from = after ? `(${after.at}` : "+inf";
    const older = redis.zrevrangebyscore(key, from, "-inf", "WITHSCORES", "LIMIT", 0, limit);
    const sameTime = after ? redis.zrevrangebyscore(key, after.at, after.at) : Promise.resolve<string[]>([]);
    const [flat, equal] = await fromRedis(Promise.all([older, sameTime]));
    const places = equal.filter((id) => id < after!.id).map((id) => ({ at: after!.at, id }));
    for (let i = 0; i < flat.length; i += 2) places.push({ id: flat[i]!, at: Number(flat[i + 1]) });
    return places;
  });
  return (await Promise.all(perList)).flat().sort(compare).slice(0, limit);
}

function compare(a: Place, b: Place): number {
  if (a.at !== b.at) return b.at - a.at;
  return a.id < b.id ? 1 : -1;
}
