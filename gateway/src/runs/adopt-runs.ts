/** Puts runs from before there were owners into the default owner's lists, once for all. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import { OWNERS } from "@myspinbot/contracts/wire.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { runStep } from "../redis/scripts.ts";
import type { Redis } from "../redis/client.ts";

/** What one call may look at: Redis serves nobody else meanwhile. */
const AT_ONCE = 500;

export interface AdoptDeps {
  redis: Redis;
  keys: Keys;
  shards: readonly string[];
}

/** When all are adopted this is one question per shard. */
export async function adoptRuns({ redis, keys, shards }: AdoptDeps): Promise<void> {
  await fromRedis(
    Promise.all(
      shards.map(async (shard) => {
        let offset = (await redis.exists(keys.runsAdopted(shard))) === 1 ? -1 : 0;
        while (offset >= 0)
          offset = await runStep(
            redis,
            steps.adoptRuns(keys, { shard, owner: OWNERS.default, offset, most: AT_ONCE }),
          );
      }),
    ),
  );
}
