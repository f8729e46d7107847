/** Backup and restore as processes of their own, over real servers: what comes back, and what is refused with which words. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createKeys, objectKeys } from "@myspinbot/contracts/keys.ts";
import { startSeaweed, type SeaweedServer } from "@myspinbot/services/seaweed.ts";
import { startRedis8, startValkey, type ValkeyServer } from "@myspinbot/services/valkey.ts";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createObjectStore, type ObjectStore } from "../../artifacts/object-store.ts";
import { systemClock } from "../../clock.ts";
import { newId, newPlainId } from "../../ids.ts";
import { copyRedis } from "./backup/redis-copy.ts";

const COMMAND = join(import.meta.dirname, "backup.ts");
const dir = mkdtempSync(join(tmpdir(), "backup-"));
const keys = createKeys("msb");
const stops: (() => Promise<unknown>)[] = [];
let seaweed: SeaweedServer;
let source: Side;

interface Side {
  valkey: ValkeyServer;
  redis: Redis;
  store: ObjectStore;
  env: Record<string, string>;
}

/** A Redis with all that may be in one, and a bucket of its own in the common store. */
async function side(name: string, start = startValkey): Promise<Side> {
  const valkey = await start({ dir: join(dir, `redis-${name}`) });
  const redis = new Redis(valkey.url);
  stops.push(() => valkey.stop());
  stops.push(async () => redis.disconnect());
  const { endpoint, region, accessKey, secretKey } = seaweed;
  const store = createObjectStore({
    endpoint,
    region,
    accessKey,
    secretKey,
    bucket: name,
    clock: systemClock,
  });
  const env = {
    GATEWAY_REDIS_URL: valkey.url,
    GATEWAY_S3_ENDPOINT: endpoint,
    GATEWAY_S3_REGION: region,
    GATEWAY_S3_BUCKET: name,
    GATEWAY_S3_ACCESS_KEY: accessKey,
    GATEWAY_S3_SECRET_KEY: secretKey,
  };
  return { valkey, redis, store, env };
}

interface Said {
  status: number;
  stderr: string;
}

function say(env: Record<string, string>, ...args: string[]): Promise<Said> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [COMMAND, ...args],
      { env: { PATH: process.env.PATH, ...env } },
      (error, _, stderr) => {
        resolve({ status: error ? Number(error.code) : 0, stderr });
      },
    );
  });
}

const sha256Of = (text: string): string => createHash("sha256").update(text).digest("hex");
const run = newId("run", "s0");
const later = newId("run", "s0");
const file = newPlainId("file");
const unlisted = newPlainId("file");
const artifactOf = (id: string, text: string): string =>
  objectKeys.artifact(id, newId("task", "s0"), sha256Of(text), "film.mp4");
const artifact = artifactOf(run, "a film");
const whole = join(dir, "whole");

const put = (store: ObjectStore, key: string, text: string): Promise<void> =>
  store.put(key, {
    bytes: new TextEncoder().encode(text),
    mediaType: "video/x-own",
    sha256: sha256Of(text),
    metadata: { name: "ZmlsbQ" },
  });
const textOf = async (store: ObjectStore, key: string): Promise<string | undefined> => {
  const bytes = await store.get(key);
  return bytes && new Response(bytes).text();
};

beforeAll(async () => {
  seaweed = await startSeaweed({ dir: join(dir, "s3") });
  stops.push(() => seaweed.stop());
  source = await side("source");
  const { redis, store } = source;
  await store.ensureBucket();
  await redis.hset(keys.run("s0", run), { status: "running" });
  await redis.zadd(keys.ownerFiles("s0", "default"), 1, file);
  await redis.set(keys.idempotency("s0", "soon"), run, "PX", 3_600_000);
  await redis.set("others:key", "is not ours");
  await redis.xgroup("CREATE", keys.mail("s0"), "drivers", "0", "MKSTREAM");
  await redis.xadd(keys.mail("s0"), "*", "run", run, "body", "{}");
  await redis.xreadgroup("GROUP", "drivers", "dead", "STREAMS", keys.mail("s0"), ">");
  await Promise.all([
    put(store, artifact, "a film"),
    put(store, objectKeys.file(file), "a photo"),
    put(store, artifactOf(later, "began later"), "began later"),
    put(store, objectKeys.file(unlisted), "came later"),
  ]);
  expect(await say(source.env, "make", whole)).toMatchObject({ status: 0 });
}, 90_000);

afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
  rmSync(dir, { recursive: true, force: true });
});

it("brings back keys with their times and pending entries, and objects with type and metadata", async () => {
  const target = await side("target");
  const { status, stderr } = await say(target.env, "restore", whole);
  expect([status, stderr]).toEqual([
    0,
    expect.stringMatching(/Restored 4 keys and 2 objects as they were at 20/),
  ]);
  const { redis, store } = target;
  expect((await redis.keys("*")).toSorted()).toEqual(
    [
      keys.run("s0", run),
      keys.ownerFiles("s0", "default"),
      keys.idempotency("s0", "soon"),
      keys.mail("s0"),
    ].toSorted(),
  );
  expect(await redis.pexpiretime(keys.idempotency("s0", "soon"))).toBe(
    await source.redis.pexpiretime(keys.idempotency("s0", "soon")),
  );
  expect(await redis.xpending(keys.mail("s0"), "drivers")).toEqual(
    await source.redis.xpending(keys.mail("s0"), "drivers"),
  );
  expect(await textOf(store, artifact)).toBe("a film");
  expect(await store.head(objectKeys.file(file))).toEqual({
    size: 7,
    mediaType: "video/x-own",
    metadata: { name: "ZmlsbQ" },
  });
  // Nothing would ever remove what no key speaks of.
  expect(readdirSync(join(whole, "objects"))).toHaveLength(2);

  const again = await say(target.env, "restore", whole);
  expect([again.status, again.stderr]).toEqual([
    1,
    expect.stringMatching(/Redis is not empty, it holds msb:/),
  ]);
  await redis.flushall();
  const half = await say(target.env, "restore", whole);
  expect([half.status, half.stderr]).toEqual([
    1,
    expect.stringMatching(/The bucket is not empty, it holds (runs|files)\//),
  ]);
  expect(await redis.dbsize()).toBe(0);
});

it("is for its owner's eyes, and a second one does not mix with it", async () => {
  for (const name of ["manifest.json", "redis.jsonl", "objects.jsonl"])
    expect(statSync(join(whole, name)).mode & 0o077).toBe(0);
  expect(await say(source.env, "make", whole)).toMatchObject({
    status: 1,
    stderr: `${whole} is not empty: name a folder that is new.\n`,
  });
});

it("is of one moment although others write, and lets them go on", async () => {
  const { redis, env, store } = await side("busy");
  await store.ensureBucket();
  const [first, last] = [keys.run("s0", run), keys.runData("s0", run)];
  const filler = redis.pipeline();
  for (let i = 0; i < 5_000; i += 1) filler.set(keys.graph("s0", String(i)), "x".repeat(1_000));
  await filler.exec();
  const writer = redis.duplicate();
  let written = 0;
  let isOver = false;
  const writing = (async () => {
    while (!isOver) {
      await writer.multi().hincrby(first, "n", 1).hincrby(last, "n", 1).exec();
      written += 1;
    }
  })();
  const folder = join(dir, "busy");
  const made = await say(env, "make", folder);
  expect([made.status, made.stderr]).toEqual([0, expect.stringContaining("5002 keys of")]);
  const before = written;
  await expect.poll(() => written).toBeGreaterThan(before);
  isOver = true;
  await writing;
  writer.disconnect();
  const target = await side("still");
  expect(await say(target.env, "restore", folder)).toMatchObject({ status: 0 });
  const counted = await target.redis.hget(first, "n");
  expect(Number(counted)).toBeGreaterThan(0);
  expect(await target.redis.hget(last, "n")).toBe(counted);
});

describe("a copy that is of no use", () => {
  const copied = (redis: Redis, name: string, mostPauseMs: number) =>
    copyRedis({ servers: [redis], keys, prefix: "msb", clock: systemClock, mostPauseMs }, join(dir, name));

  it("because it takes too long ends, and writing goes on", async () => {
    await expect(copied(source.redis, "slow", -1)).rejects.toThrow(/too much to be copied .* --pause/);
    expect(await source.redis.set("others:key", "written")).toBe("OK");
  });

  it("because somebody wrote all the same is known", async () => {
    const redis = source.redis.duplicate();
    const scan = redis.scan.bind(redis) as (...args: unknown[]) => Promise<[string, string[]]>;
    const rash = async (...args: unknown[]) => {
      await source.redis.call("CLIENT", "UNPAUSE");
      await source.redis.set("others:key", "written");
      return scan(...args);
    };
    await expect(copied(Object.assign(redis, { scan: rash }), "rash", 5_000)).rejects.toThrow(
      "Somebody wrote to Redis while it was copied",
    );
    redis.disconnect();
  });
});

describe("a backup that cannot be restored", () => {
  const broken = (name: string, spoil: (folder: string) => void): string => {
    const folder = join(dir, name);
    cpSync(whole, folder, { recursive: true });
    spoil(folder);
    return folder;
  };
  const manifest = (folder: string, change: object): void => {
    const path = join(folder, "manifest.json");
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...change }));
  };
  const anObject = (folder: string): string => join(folder, "objects", sha256Of("a film"));

  it.each<[string, (folder: string) => void, RegExp]>([
    [
      "cut off",
      (folder) => rmSync(join(folder, "manifest.json")),
      /is no whole backup: it has no manifest\.json/,
    ],
    [
      "without Redis",
      (folder) => rmSync(join(folder, "redis.jsonl")),
      /not whole: .*redis\.jsonl is missing/,
    ],
    [
      "with a line less",
      (folder) => writeFileSync(join(folder, "redis.jsonl"), ""),
      /damaged: .*redis\.jsonl is not what was/,
    ],
    [
      "with other objects",
      (folder) => appendFileSync(join(folder, "objects.jsonl"), "{}\n"),
      /damaged: .*objects\.jsonl/,
    ],
    ["without an object", (folder) => rmSync(anObject(folder)), /not whole: .*objects.*is missing/],
    ["with a changed byte", (folder) => writeFileSync(anObject(folder), "b film"), /damaged: .*objects/],
    [
      "half written",
      (folder) => writeFileSync(join(folder, "manifest.json"), '{"format":'),
      /manifest\.json is damaged/,
    ],
    [
      "of a list",
      (folder) => writeFileSync(join(folder, "manifest.json"), "null"),
      /manifest\.json is damaged/,
    ],
    ["without parts", (folder) => manifest(folder, { redis: undefined }), /manifest\.json is damaged: parts/],
    [
      "of a newer version",
      (folder) => manifest(folder, { format: 2, version: "9.1.0" }),
      /made by a newer version \(9\.1\.0, format 2\)/,
    ],
    ["of other shards", (folder) => manifest(folder, { shards: 3 }), /made with GATEWAY_SHARDS=3: set it so/],
    [
      "of another prefix",
      (folder) => manifest(folder, { prefix: "own" }),
      /made with GATEWAY_KEY_PREFIX=own/,
    ],
    ["that is not there", (folder) => rmSync(folder, { recursive: true }), /There is no folder /],
  ])("%s is refused before anything is written", async (name, spoil, sentence) => {
    const folder = broken(name.replaceAll(" ", "-"), spoil);
    // The same words for a Redis with data: the backup is looked at first.
    const { status, stderr } = await say(
      { ...source.env, GATEWAY_S3_BUCKET: "untouched" },
      "restore",
      folder,
    );
    expect([status, stderr.split("\n").filter((line) => !line.startsWith("Comparing"))]).toEqual([
      1,
      [expect.stringMatching(sentence), ""],
    ]);
    expect(await source.redis.get("others:key")).toBeTruthy();
  });

  it("by a server that cannot read it is refused, whose version and whose are said", async () => {
    const target = await side("redis8", startRedis8);
    const { status, stderr } = await say(target.env, "restore", whole);
    const refused =
      /This server is Redis 8\S* and cannot read what Valkey \S+ wrote: use that version, or a newer one/;
    if (status === 1) {
      expect(stderr).toMatch(refused);
      expect(await target.redis.dbsize()).toBe(0);
      expect(await target.store.get(artifact)).toBeUndefined();
    } else expect(stderr).toContain("Restored 4 keys");
  });
});

it.each([
  [
    "a gateway's user",
    () => ({ GATEWAY_REDIS_URL: source.valkey.urlOf("gateway") }),
    /NOPERM\): name a user in GATEWAY_REDIS_URL who may do everything/,
  ],
  [
    "a wrong password",
    () => ({ GATEWAY_REDIS_URL: source.valkey.url.replace(/:[^:@]+@/, ":wrong@") }),
    /refuses the user or password/,
  ],
  ["no Redis", () => ({ GATEWAY_REDIS_URL: "redis://127.0.0.1:1" }), /Redis.*127\.0\.0\.1.*|refused/i],
  ["a wrong secret of the store", () => ({ GATEWAY_S3_SECRET_KEY: "wrong" }), /object store answered 403/],
  ["no secret", () => ({ GATEWAY_S3_SECRET_KEY: "" }), /GATEWAY_S3_SECRET_KEY is missing/],
])("with %s says so, and leaves nothing", async (name, env, sentence) => {
  const folder = join(dir, `none-${name.replaceAll(" ", "-")}`);
  const { status, stderr } = await say({ ...source.env, ...env() }, "make", folder);
  expect([status, stderr]).toEqual([1, expect.stringMatching(sentence)]);
  expect(existsSync(folder)).toBe(false);
});

it.each([[[]], [["make"]], [["copy", "x"]], [["make", "a", "b"]]])("%j is not understood", async (args) => {
  expect(await say(source.env, ...args)).toMatchObject({
    status: 1,
    stderr: "Say make or restore, and a folder.\n",
  });
});

it.each(["0", "x", "-1", "1.5"])("--pause %s is not understood", async (pause) => {
  const { status, stderr } = await say(source.env, "make", join(dir, "never"), `--pause=${pause}`);
  expect([status, stderr]).toEqual([1, "--pause must be seconds, 1 to 9999.\n"]);
});
