/** Tells connections on which server of a cluster their shard lies. */
import { Redis as Client, type RedisOptions } from "ioredis";
import slotOf from "cluster-key-slot";
import type { Place } from "../addresses.ts";
import { createClusterMap } from "./cluster-map.ts";
import type { Home } from "./connection.ts";

export interface Homes {
  of(shard: string): Home;
  /** Any server that answers: what is published on one is heard on all. */
  readonly any: Home;
}

/** Shorter than a command may wait, so that it is sent to whom another server names. */
const ASK_MS = 1000;

/** @param common what connections to all servers have in common */
export function createHomes(seeds: readonly Place[], common: RedisOptions): Homes {
  const map = createClusterMap(seeds, (place) => askSlots({ ...common, ...place }));
  return {
    of(shard) {
      const slot = slotOf(`{${shard}}`);
      return { name: `shard ${shard}`, find: () => map.find(slot), moved: (to) => map.moved(slot, to) };
    },
    any: { name: "subscriptions", find: map.any, moved() {} },
  };
}

async function askSlots(options: RedisOptions): Promise<unknown> {
  const timeouts = { connectTimeout: ASK_MS, commandTimeout: ASK_MS, maxRetriesPerRequest: 0 };
  const server = new Client({
    ...{ ...options, ...timeouts, lazyConnect: true, enableReadyCheck: false },
    retryStrategy: () => null,
  } as never);
  server.on("error", () => {});
  try {
    return await server.call("CLUSTER", "SLOTS");
  } finally {
    server.disconnect();
  }
}
