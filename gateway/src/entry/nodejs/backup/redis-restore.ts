/** Puts a copy of Redis back into an empty one. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Redis } from "../../../redis/client.ts";
import { inShard, isClustered, shardOfName } from "../../../redis/sharded.ts";
import { BackupError } from "./backup-folder.ts";
import { serverOf } from "./redis-copy.ts";

const BATCH = 100;

type Row = [name: string, expiresAt: number, dump: string];

/** The server on which a key lies. */
const homeOf = (redis: Redis, name: string): Redis => inShard(redis, shardOfName(name) ?? "s0");

/** @throws BackupError when one of these servers has a key under the prefix */
export async function assertEmptyRedis(servers: readonly Redis[], prefix: string): Promise<void> {
  for (const server of servers) await assertEmptyServer(server, prefix);
}

/** Runs of keys with limits, which stand in the first shard in a cluster alone, could not be counted there. */
export function assertSameKind(redis: Redis, wasCluster: boolean): void {
  if (isClustered(redis) && !wasCluster)
    throw new BackupError(
      "The backup is of a single server, and Redis is a cluster: restore it into a single server. What a cluster held can be restored into either.",
    );
}

async function assertEmptyServer(redis: Redis, prefix: string): Promise<void> {
  let cursor = "0";
  do {
    const [next, [name]] = await redis.scan(cursor, "MATCH", `${prefix}:*`, "COUNT", 1_000);
    if (name !== undefined)
      throw new BackupError(
        `Redis is not empty, it holds ${name}: a backup is restored into an empty one only, before gateways and executors are started. If a restore was cut off, empty Redis and bucket, and begin again.`,
      );
    cursor = next;
  } while (cursor !== "0");
}

/** Whether this server reads what that one wrote: asked with the first key, which is taken away again. */
export async function assertReadable(redis: Redis, file: string, madeBy: string): Promise<void> {
  for await (const [row] of batches(file, 1)) {
    const [name, , dump] = row!;
    const server = homeOf(redis, name);
    try {
      await server.restore(name, 0, Buffer.from(dump, "base64"));
    } catch (error) {
      if (!(error as Error).message.includes("DUMP payload version or checksum")) throw error;
      throw new BackupError(
        `This server is ${await serverOf(server)} and cannot read what ${madeBy} wrote: use that version, or a newer one.`,
      );
    }
    await server.del(name);
    return;
  }
}

/** @param told how many keys are back, now and then */
export async function restoreRedis(
  redis: Redis,
  file: string,
  told: (keys: number) => void,
): Promise<number> {
  let count = 0;
  for await (const rows of batches(file, BATCH)) {
    const byServer = Map.groupBy(rows, ([name]) => homeOf(redis, name));
    await Promise.all(Array.from(byServer, ([server, own]) => putBack(server, own)));
    count += rows.length;
    told(count);
  }
  return count;
}

async function putBack(server: Redis, rows: readonly Row[]): Promise<void> {
  const batch = server.pipeline();
  for (const [name, expiresAt, dump] of rows) {
    const bytes = Buffer.from(dump, "base64");
    if (expiresAt < 0) batch.restore(name, 0, bytes);
    else batch.restore(name, expiresAt, bytes, "ABSTTL");
  }
  for (const [error] of (await batch.exec()) ?? []) if (error) throw error;
}

async function* batches(file: string, size: number): AsyncGenerator<Row[]> {
  let rows: Row[] = [];
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    rows.push(JSON.parse(line) as Row);
    if (rows.length < size) continue;
    yield rows;
    rows = [];
  }
  if (rows.length > 0) yield rows;
}
