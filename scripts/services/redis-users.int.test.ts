/** What each Redis user may do, asked of the servers themselves: every command they know, with keys that are not the user's. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SCRIPTS } from "@myspinbot/contracts/scripts.ts";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ownRedisUsers } from "./redis-users.ts";
import { startRedis8, startValkey, type ValkeyServer } from "./valkey.ts";

const BOX = "pool-default";
const FOREIGN = [
  "msb:{s0}:run:run_s0_1",
  "msb:{s0}:run:run_s0_1:events",
  "msb:{s0}:mail",
  "msb:{s0}:timers",
  "msb:{s0}:key:01M825PKC72TAV63HHBZ5GR8JT",
  "msb:{s0}:keys_made",
  "msb:{s0}:artifact:art_s0_1",
  "msb:{s0}:pool:other:tasks",
  "msb:{s0}:pool:other:task:task_s0_1",
  "msb:{s0}:pool:defaults:tasks",
  "other:{s0}:pool:default:tasks",
  "anything",
];
/** What a box may say at all; everything else is refused whatever its keys are. */
const BOX_COMMANDS = [
  ..."ping time cluster|slots subscribe unsubscribe evalsha".split(" "),
  ..."xreadgroup xack xdel xpending xclaim xrange xadd hget hmget hset hsetnx hdel hlen hkeys hstrlen".split(
    " ",
  ),
  ..."client|setinfo client|setname get set xinfo|consumers xgroup|delconsumer".split(" "),
];
/** Let through before any user is known, by the server itself. */
const UNFENCED = ["auth", "hello", "quit", "reset"];

interface Command {
  name: string;
  /** Least number of words; the name counts. */
  words: number;
  /** Places of keys, as `COMMAND INFO` tells them. */
  hasKeys: boolean;
}

describe.each([
  ["valkey", startValkey],
  ["redis8", startRedis8],
])("on %s", (_, start) => {
  const dir = mkdtempSync(join(tmpdir(), "redis-users-"));
  let server: ValkeyServer;
  let owner: Redis;

  beforeAll(async () => {
    server = await start({ dir });
    owner = new Redis(server.url);
  });
  afterAll(async () => {
    owner.disconnect();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const mayRun = async (user: string, ...words: string[]): Promise<boolean> => {
    const answer = await owner.call("ACL", "DRYRUN", user, ...words);
    return answer === "OK";
  };

  async function commands(): Promise<Command[]> {
    type Info = [name: string, arity: number, flags: string[], first: number, ...rest: unknown[]];
    const all = (await owner.call("COMMAND")) as Info[];
    const within = (info: Info): Info[] => {
      const inner = (info[9] ?? []) as Info[];
      return inner.length > 0 ? inner : [info];
    };
    return all.flatMap(within).map(([name, arity, flags, first]) => ({
      name,
      words: Math.abs(arity),
      hasKeys: first > 0 || flags.includes("movablekeys"),
    }));
  }

  /** A call of the command whose keys are all `key`, as far as its least words allow. */
  function callOf({ name, words }: Command, key: string): string[] {
    const parts = name.split("|");
    const rest = Array.from({ length: words - parts.length }, () => key);
    // Commands that count their keys: one.
    if (/^(evalsha|eval|fcall|eval_ro|evalsha_ro|fcall_ro)$/.test(name))
      return [name, "0".repeat(40), "1", key];
    if (name === "xreadgroup") return [name, "GROUP", "executors", "me", "STREAMS", key, ">"];
    return [...parts, ...rest];
  }

  it("a box may run its commands on foreign keys: never", async () => {
    const all = await commands();
    expect(all.length).toBeGreaterThan(200);
    const let_through: string[] = [];
    for (const command of all) {
      if (UNFENCED.includes(command.name) || (BOX_COMMANDS.includes(command.name) && !command.hasKeys))
        continue;
      for (const key of FOREIGN)
        if (await mayRun(BOX, ...callOf(command, key)).catch(() => false))
          let_through.push(`${command.name} ${key}`);
    }
    expect(let_through).toEqual([]);
  });

  it("a box may run other commands on its own keys: never", async () => {
    const own = ["tasks", "tasks:high", "turn", "task:task_s0_1", "reports", "executors"].map(
      (part) => `msb:{s0}:pool:default:${part}`,
    );
    const let_through: string[] = [];
    for (const command of await commands()) {
      if (UNFENCED.includes(command.name) || BOX_COMMANDS.includes(command.name)) continue;
      for (const key of own)
        if (await mayRun(BOX, ...callOf(command, key)).catch(() => false))
          let_through.push(`${command.name} ${key}`);
    }
    expect(let_through).toEqual([]);
  });

  it("a user without a fence is seen by the same look", async () => {
    await owner.call("ACL", "SETUSER", "loose", "on", "nopass", "~*", "+@all");
    const open: string[] = [];
    for (const command of await commands())
      if (command.hasKeys && (await mayRun("loose", ...callOf(command, FOREIGN[0]!)).catch(() => false)))
        open.push(command.name);
    expect(open.length).toBeGreaterThan(120);
    expect(open).toEqual(expect.arrayContaining(BOX_COMMANDS.filter((name) => /^[xhe]/.test(name))));
  });

  it.each([
    ["EVAL", "return 1", "0"],
    ["EVAL", "while true do end", "1", "msb:{s0}:pool:default:tasks"],
    ["SCRIPT", "LOAD", "return 1"],
    ["SCRIPT", "FLUSH"],
    ["DEL", "msb:{s0}:pool:default:tasks"],
    ["XSETID", "msb:{s0}:pool:default:tasks", "9-9"],
    ["XADD", "msb:{s0}:pool:default:tasks", "18446744073709551615-1", "a", "b"],
    ["XADD", "msb:{s0}:pool:default:task:task_s0_1", "*", "a", "b"],
    ["XADD", "msb:{s0}:pool:default:tasks:high", "18446744073709551615-1", "a", "b"],
    ["SET", "msb:{s0}:pool:default:tasks:low", "a"],
    ["GET", "msb:{s0}:pool:default:executors"],
    ["HSET", "msb:{s0}:pool:default:reports", "a", "b"],
    ["PUBLISH", "msb:{s0}:pool:default:control", "cancel x"],
    ["SUBSCRIBE", "msb:{s0}:run:run_s0_1"],
    ["PSUBSCRIBE", "*"],
    ["RENAME", "msb:{s0}:pool:default:tasks", "msb:{s0}:pool:default:reports"],
    ["CONFIG", "GET", "*"],
    ["KEYS", "*"],
    ["MONITOR"],
    ["CLIENT", "KILL", "TYPE", "normal"],
    ["SELECT", "1"],
    ["FLUSHALL"],
    ["SHUTDOWN"],
  ])("a box may not %s %s %s", async (...words) => {
    expect(await mayRun(BOX, ...words)).toBe(false);
  });

  it.each([
    ["PING"],
    ["SUBSCRIBE", "msb:{s12}:pool:default:control"],
    ["EVALSHA", "0".repeat(40), "2", "msb:{s0}:pool:default:tasks", "msb:{s0}:pool:default:task:t"],
    ["XREADGROUP", "GROUP", "executors", "me", "STREAMS", "msb:{s1}:pool:default:tasks", ">"],
    ["XREADGROUP", "GROUP", "executors", "me", "STREAMS", "msb:{s1}:pool:default:tasks:low", ">"],
    ["SET", "msb:{s0}:pool:default:turn", "3"],
    ["XADD", "msb:{s0}:pool:default:reports", "*", "a", "b"],
    ["HSET", "msb:{s0}:pool:default:executors", "a", "b"],
    ["HGET", "msb:{s0}:pool:default:executors", "drain:a"],
  ])("a box may %s", async (...words) => {
    expect(await mayRun(BOX, ...words)).toBe(true);
  });

  it.each([
    ["FLUSHALL"],
    ["CONFIG", "SET", "maxmemory", "1"],
    ["SHUTDOWN"],
    ["KEYS", "*"],
    ["SCRIPT", "FLUSH"],
    ["GET", "other:x"],
    ["PUBLISH", "other", "x"],
    ["ACL", "LIST"],
    ["MONITOR"],
    ["DEBUG", "SLEEP", "1"],
  ])("a gateway may not %s", async (...words) => {
    expect(await mayRun("gateway", ...words)).toBe(false);
  });

  it.each([
    ["GET", "msb:{s0}:run:run_s0_1"],
    ["HGETALL", "msb:{s0}:key:01M825PKC72TAV63HHBZ5GR8JT"],
    ["XRANGE", "msb:{s0}:mail", "-", "+"],
    ["XINFO", "STREAM", "other:{s0}:mail"],
    ["EVAL", "return 1", "0"],
    ["CONFIG", "GET", "*"],
    ["SUBSCRIBE", "msb:{s0}:run:run_s0_1"],
  ])("who only watches may not %s %s", async (...words) => {
    expect(await mayRun("watcher", ...words)).toBe(false);
  });

  it.each([
    ["INFO"],
    ["SCAN", "0"],
    ["TYPE", "msb:{s0}:mail"],
    ["XINFO", "STREAM", "msb:{s0}:mail"],
    ["XINFO", "GROUPS", "msb:{s0}:mail"],
    ["XINFO", "CONSUMERS", "msb:{s0}:mail", "executors"],
    ["SELECT", "0"],
    ["SLOWLOG", "LEN"],
  ])("who only watches may %s %s", async (...words) => {
    expect(await mayRun("watcher", ...words)).toBe(true);
  });

  it.each(["announce", "leave", "renew", "report", "settle"] as const)(
    "a box may run what %s runs",
    async (script) => {
      const { source } = SCRIPTS[script];
      const calls = [...source.matchAll(/redis\.p?call\('([A-Z]+)'(?:, '([A-Z]+)')?/g)].map(
        ([, name, inner]) => (["XINFO", "XGROUP"].includes(name ?? "") ? `${name}|${inner}` : name),
      );
      expect(calls.length).toBeGreaterThan(0);
      expect(BOX_COMMANDS).toEqual(expect.arrayContaining(calls.map((call) => call?.toLowerCase())));
      const rights = (await owner.call("ACL", "LIST")) as string[];
      const own = rights.find((row) => row.startsWith(`user ${BOX} `)) ?? "";
      for (const call of calls) expect(own).toContain(`+${call?.toLowerCase()}`);
    },
  );

  it("nobody gets in without a password", async () => {
    const stranger = new Redis(server.port, "127.0.0.1", { retryStrategy: () => null });
    stranger.on("error", () => {});
    await expect(stranger.ping()).rejects.toThrow(/NOAUTH/);
    stranger.disconnect();
  });

  it("what scripts have written is there when the server starts again, with nobody as its default user", async () => {
    const key = "msb:{s0}:run:kept";
    await owner.eval("redis.call('SET', KEYS[1], 'a') redis.call('APPEND', KEYS[1], 'b')", 1, key);
    await server.service.restart();
    expect(await owner.get(key)).toBe("ab");
    await expect(owner.call("AUTH", "default", "")).rejects.toThrow(/WRONGPASS/);
  });

  it("passwords are made once, for their owner's eyes only", () => {
    const options = { prefix: "msb", pools: ["default"] };
    const { aclFile, passwords } = ownRedisUsers(dir, options);
    expect(ownRedisUsers(dir, options).passwords).toEqual(passwords);
    expect(Object.keys(passwords).toSorted()).toEqual(["gateway", "owner", "pool-default", "watcher"]);
    expect(new Set(Object.values(passwords)).size).toBe(4);
    expect(statSync(aclFile).mode & 0o077).toBe(0);
    expect(statSync(join(dir, "passwords.json")).mode & 0o077).toBe(0);
  });
});
