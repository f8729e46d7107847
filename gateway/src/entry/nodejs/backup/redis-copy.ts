/** Copies everything that Redis holds under the prefix, as it is at one moment, into a file. */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { Clock } from "../../../clock.ts";
import type { Redis } from "../../../redis/client.ts";
import { shardOfName } from "../../../redis/sharded.ts";
import { BackupError } from "./backup-folder.ts";

export interface RedisCopy {
  /** Names of all keys. */
  names: ReadonlySet<string>;
  /** Uploads that are listed, or that runs use. */
  files: ReadonlySet<string>;
  sha256: string;
  /** Kind and version. */
  server: string;
  /** How long nobody could write. */
  pausedMs: number;
}

export interface RedisCopyDeps {
  /** Those that hold keys: one, or the masters of a cluster that hold shards. */
  servers: readonly Redis[];
  keys: Keys;
  prefix: string;
  clock: Clock;
  /** Longer it must not keep others waiting. */
  mostPauseMs: number;
}

/** Begun anew with every batch: when this process dies, writing goes on after it. */
const HOLD_MS = 3_000;
const BATCH = 100;

/**
 * Writing waits meanwhile (`CLIENT PAUSE`), reading does not: what is copied is what a crash at this moment would
 * have left, from which everything goes on by itself. Of several servers too: none is read before all of them wait, so
 * whatever one of them has was caused by what the others have.
 * @throws BackupError when it takes too long, or when somebody wrote all the same
 */
export async function copyRedis(deps: RedisCopyDeps, file: string): Promise<RedisCopy> {
  const { servers, clock } = deps;
  const began = clock.elapsed();
  try {
    await hold(servers);
    const before = await writesOf(servers);
    const copied = await copyAll(deps, file, began + deps.mostPauseMs);
    if ((await writesOf(servers)) !== before)
      throw new BackupError("Somebody wrote to Redis while it was copied: the copy is of no use. Try again.");
    return { ...copied, server: await serverOf(servers[0]!), pausedMs: Math.round(clock.elapsed() - began) };
  } finally {
    // Where that fails the pause ends by itself, and what came before says why.
    await Promise.allSettled(servers.map((server) => server.call("CLIENT", "UNPAUSE")));
  }
}

async function hold(servers: readonly Redis[]): Promise<void> {
  await Promise.all(servers.map((server) => server.call("CLIENT", "PAUSE", String(HOLD_MS), "WRITE")));
}

async function copyAll(
  { servers, keys, prefix, clock }: RedisCopyDeps,
  file: string,
  until: number,
): Promise<Pick<RedisCopy, "names" | "files" | "sha256">> {
  const names = new Set<string>();
  const files = new Set<string>();
  const hash = createHash("sha256");
  const out = await open(file, "wx", 0o600);
  try {
    for (const redis of servers) {
      let cursor = "0";
      do {
        if (clock.elapsed() > until) throw tooLong(names.size);
        await hold(servers);
        const [next, found] = await redis.scan(cursor, "MATCH", `${prefix}:*`, "COUNT", BATCH);
        cursor = next;
        // A key may come twice while the server grows its table.
        const fresh = found.filter((name) => !names.has(name));
        for (const name of fresh) names.add(name);
        const text = (await dumped(redis, fresh)).join("");
        hash.update(text);
        await out.appendFile(text);
        for (const name of fresh) for (const id of await filesIn(redis, keys, name)) files.add(id);
      } while (cursor !== "0");
    }
    await out.sync();
  } finally {
    await out.close();
  }
  return { names, files, sha256: hash.digest("hex") };
}

/** A line per key. */
async function dumped(redis: Redis, names: readonly string[]): Promise<string[]> {
  const batch = redis.pipeline();
  for (const name of names) batch.pexpiretime(name).dumpBuffer(name);
  const replies = ((await batch.exec()) ?? []).map(([error, reply]) => {
    if (error) throw error;
    return reply;
  });
  return names.flatMap((name, index) => {
    const [expiresAt, dump] = [replies[2 * index], replies[2 * index + 1]];
    // Its time had come before.
    if (!Buffer.isBuffer(dump)) return [];
    return [`${JSON.stringify([name, expiresAt, dump.toString("base64")])}\n`];
  });
}

/** Uploads that a key speaks of: an owner's list, or the runs of one that may be on no list any more. */
async function filesIn(redis: Redis, keys: Keys, name: string): Promise<string[]> {
  const shard = shardOfName(name);
  if (shard === undefined) return [];
  if (name.startsWith(keys.ownerFiles(shard, ""))) return redis.zrange(name, "0", "-1");
  const used = keys.fileRuns(shard, "");
  return name.startsWith(used) ? [name.slice(used.length)] : [];
}

/** Changes with every write. */
async function writesOf(servers: readonly Redis[]): Promise<string> {
  const persistence = await Promise.all(servers.map((server) => server.info("persistence")));
  return persistence
    .flatMap((info) =>
      ["rdb_changes_since_last_save", "rdb_last_save_time"].map(
        (field) => new RegExp(`${field}:(\\d+)`).exec(info)?.[1],
      ),
    )
    .join(" ");
}

export async function serverOf(redis: Redis): Promise<string> {
  const server = await redis.info("server");
  const valkey = /valkey_version:(\S+)/.exec(server);
  return valkey ? `Valkey ${valkey[1]}` : `Redis ${/redis_version:(\S+)/.exec(server)?.[1]}`;
}

function tooLong(keys: number): BackupError {
  return new BackupError(
    `Redis holds too much to be copied while all others wait: ${keys} keys until now. ` +
      "Give it longer with --pause, which can cost executors their leases, or make a replica, promote it, and copy that.",
  );
}
