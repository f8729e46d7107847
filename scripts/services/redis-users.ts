/** The Redis users of infra/redis/users.acl with passwords of their own, made once per folder. */
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./binaries.ts";

/** Passwords by user: `owner`, `gateway`, `watcher`, and `pool-<name>` per pool. */
export type RedisPasswords = Readonly<Record<string, string>>;

export interface RedisUsers {
  /** The file for the server's `--aclfile`. */
  readonly aclFile: string;
  readonly passwords: RedisPasswords;
}

export interface RedisUsersOptions {
  /** Prefix of all keys. */
  readonly prefix: string;
  /** Pools of gpu-nodes. */
  readonly pools: readonly string[];
}

const TEMPLATE = join(ROOT, "infra", "redis", "users.acl");

/** Both files are for their owner's eyes only; a second start on the same folder finds the same passwords. */
export function ownRedisUsers(dir: string, options: RedisUsersOptions): RedisUsers {
  const file = join(dir, "passwords.json");
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as RedisPasswords) : {};
  const names = ["owner", "gateway", "watcher", ...options.pools.map((pool) => `pool-${pool}`)];
  const passwords = Object.fromEntries(
    names.map((name) => [name, known[name] ?? randomBytes(20).toString("hex")]),
  );
  const aclFile = join(dir, "users.acl");
  writeFileSync(file, JSON.stringify(passwords), { mode: 0o600 });
  writeFileSync(aclFile, renderUsers(options, passwords), { mode: 0o600 });
  return { aclFile, passwords };
}

/** The template with everything filled in, as the server reads it. */
export function renderUsers({ prefix, pools }: RedisUsersOptions, passwords: RedisPasswords): string {
  const rows = readFileSync(TEMPLATE, "utf8")
    .split("\n")
    .filter((row) => row.startsWith("user "));
  const digestOf = (user: string): string =>
    createHash("sha256")
      .update(passwords[user] ?? "")
      .digest("hex");
  return rows
    .flatMap((row) => (row.includes("<pool>") ? pools.map((pool) => fill(row, { pool })) : [row]))
    .map((row) => {
      const user = row.split(" ")[1] ?? "";
      return `${row.replace(/<[a-z]+-password>/, digestOf(user)).replaceAll("<prefix>", prefix)}\n`;
    })
    .join("");
}

function fill(row: string, { pool }: { pool: string }): string {
  return row.replaceAll("<pool>", pool);
}
