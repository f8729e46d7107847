/** Writes a stopped server's append-only file anew: what was deleted still stands in the old one. */
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { ServiceError } from "./service.ts";
import { startValkey } from "./valkey.ts";

const LOOK_MS = 50;

/** @param dir of the server, which nobody else uses. @throws ServiceError when the server could not do it. */
export async function compactRedis(dir: string): Promise<void> {
  const server = await startValkey({ dir });
  const redis = new Redis(server.url);
  try {
    const before = await persistence(redis);
    await redis.bgrewriteaof();
    for (;;) {
      const now = await persistence(redis);
      if (now.aof_rewrite_in_progress === "0" && now.aof_rewrite_scheduled === "0") {
        if (now.aof_last_bgrewrite_status === "ok" && now.aof_rewrites !== before.aof_rewrites) return;
        throw new ServiceError(`${dir}: the append-only file could not be written anew`);
      }
      await sleep(LOOK_MS);
    }
  } finally {
    redis.disconnect();
    // The next start removes what a rewrite has left behind; a stop that waits for it would be no different.
    await server.stop();
  }
}

async function persistence(redis: Redis): Promise<Record<string, string>> {
  const rows = (await redis.info("persistence")).split("\r\n").map((row) => row.split(":"));
  return Object.fromEntries(rows.map(([name = "", value = ""]) => [name, value]));
}
