/** The commands that copy Redis and the object store into a folder, and back: `make FOLDER`, `restore FOLDER`. */
import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createKeys } from "@myspinbot/contracts/keys.ts";
import { createObjectStore, type ObjectStore } from "../../artifacts/object-store.ts";
import { createSend, type Send } from "../../artifacts/signed-requests.ts";
import { systemClock, toTimestamp } from "../../clock.ts";
import { type Config, readSome } from "../../config.ts";
import { faultOf } from "../../errors/redis-faults.ts";
import { createCommandClient, type Redis } from "../../redis/client.ts";
import { isClustered } from "../../redis/sharded.ts";
import {
  assertWhole,
  BackupError,
  filesOf,
  FORMAT,
  type KeptObject,
  newFolder,
  readManifest,
  writeManifest,
} from "./backup/backup-folder.ts";
import {
  assertEmptyStore,
  eachOf,
  fetchObject,
  isAsNamed,
  isKnown,
  keysIn,
  storeObject,
} from "./backup/object-copy.ts";
import { copyRedis } from "./backup/redis-copy.ts";
import { assertEmptyRedis, assertReadable, assertSameKind, restoreRedis } from "./backup/redis-restore.ts";
import { redisServers } from "./backup/redis-servers.ts";
import { createSecretFiles } from "./secret-files.ts";

/** Executors bear silence for 0.8 of their lease of 10 s, and may have renewed it up to 3 s before. */
const PAUSE_S = 5;
/** A large value is slow to write, and so is a server that loads. */
const COMMAND_MS = 60_000;
const SETTINGS = [
  ...(["redis_url", "prefix", "shards", "s3_endpoint", "s3_region"] as const),
  ...(["s3_bucket", "s3_access_key", "s3_secret_key"] as const),
] as const;

interface Place {
  settings: Pick<Config, (typeof SETTINGS)[number]>;
  redis: Redis;
  send: Send;
  store: ObjectStore;
}

const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

/** A folder that failed is taken away again: what is in it is of no use. */
async function makeNew(place: Place, folder: string, mostPauseMs: number): Promise<void> {
  newFolder(folder);
  try {
    await make(place, folder, mostPauseMs);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Redis first: everything that it names was stored before, so it is there, unless it is deleted meanwhile. */
async function make(place: Place, folder: string, mostPauseMs: number): Promise<void> {
  const { redis, send, store, settings } = place;
  const { prefix, shards } = settings;
  const keys = createKeys(prefix);
  const files = filesOf(folder);
  const at = toTimestamp(systemClock.now());
  const servers = await redisServers(redis, keys, shards);
  say("Copying Redis; whoever writes waits.");
  const copy = await copyRedis({ servers, keys, prefix, clock: systemClock, mostPauseMs }, files.redis);
  say(`${copy.names.size} keys of ${copy.server}; others waited for ${copy.pausedMs} ms.`);
  const known = (await keysIn(send)).filter((key) => isKnown(key, keys, copy));
  let done = 0;
  const objects = await eachOf(known, async (key) => {
    const object = await fetchObject(store, folder, key);
    done += 1;
    if (done % 100 === 0) say(`${done} of ${known.length} objects.`);
    return object;
  });
  const kept = objects.filter((object) => object !== undefined);
  for (const object of kept.filter((one) => !isAsNamed(one)))
    say(`${object.key} has not the bytes that its name promises: the store has damaged it.`);
  const rows = kept.map((object) => `${JSON.stringify(object)}\n`).join("");
  await writeFile(files.objects, rows, { mode: 0o600, flush: true });
  const bytes = kept.reduce((sum, { size }) => sum + size, 0);
  await writeManifest(folder, {
    format: FORMAT,
    made_at: at,
    version,
    prefix,
    shards,
    redis: {
      ...{ server: copy.server, keys: copy.names.size, sha256: copy.sha256 },
      ...(isClustered(redis) ? { cluster: true } : {}),
    },
    objects: { count: kept.length, bytes, sha256: createHash("sha256").update(rows).digest("hex") },
  });
  const gone = known.length - kept.length;
  if (gone > 0) say(`${gone} objects were deleted meanwhile.`);
  say(`${folder} is whole: ${copy.names.size} keys, ${kept.length} objects, ${megabytes(bytes)}.`);
  say("It holds what users gave and made, and secrets of webhooks: keep it as you keep the data itself.");
}

/** Objects first, so that nobody who reads Redis misses one. */
async function restore({ redis, send, store, settings }: Place, folder: string): Promise<void> {
  const manifest = readManifest(folder);
  const files = filesOf(folder);
  for (const [name, variable] of [
    ["prefix", "GATEWAY_KEY_PREFIX"],
    ["shards", "GATEWAY_SHARDS"],
  ] as const)
    if (manifest[name] !== settings[name])
      throw new BackupError(`The backup was made with ${variable}=${manifest[name]}: set it so.`);
  say("Comparing every byte with its digest.");
  const objects = await assertWhole(folder, manifest);
  assertSameKind(redis, manifest.redis.cluster === true);
  await store.ensureBucket();
  const keys = createKeys(settings.prefix);
  await assertEmptyRedis(await redisServers(redis, keys, settings.shards), settings.prefix);
  await assertEmptyStore(send);
  await assertReadable(redis, files.redis, manifest.redis.server);
  let done = 0;
  await eachOf(objects, async (object: KeptObject) => {
    await storeObject(store, folder, object);
    done += 1;
    if (done % 100 === 0 || done === objects.length) say(`${done} of ${objects.length} objects.`);
  });
  const told = (count: number): void => {
    if (count % 10_000 === 0) say(`${count} of ${manifest.redis.keys} keys.`);
  };
  const count = await restoreRedis(redis, files.redis, told);
  say(`Restored ${count} keys and ${objects.length} objects as they were at ${manifest.made_at}.`);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { pause: { type: "string", default: String(PAUSE_S) } },
  });
  const [word, folder, ...more] = positionals;
  if ((word !== "make" && word !== "restore") || !folder || more.length > 0)
    throw new BackupError("Say make or restore, and a folder.");
  if (!/^[1-9]\d{0,3}$/.test(values.pause)) throw new BackupError("--pause must be seconds, 1 to 9999.");
  const settings = readSome(process.env, SETTINGS, createSecretFiles().read);
  const access = {
    endpoint: settings.s3_endpoint,
    region: settings.s3_region,
    bucket: settings.s3_bucket,
    accessKey: settings.s3_access_key,
    secretKey: settings.s3_secret_key,
    clock: systemClock,
    timeoutMs: COMMAND_MS,
  };
  const redis = createCommandClient(settings.redis_url, {
    commandTimeout: COMMAND_MS,
    socketTimeout: COMMAND_MS,
  });
  try {
    const place = { settings, redis, send: createSend(access), store: createObjectStore(access) };
    if (word === "make") await makeNew(place, resolve(folder), Number(values.pause) * 1_000);
    else await restore(place, resolve(folder));
  } finally {
    redis.disconnect();
  }
}

/** What the owner of infra/redis/users.acl may, and no gateway. */
const RIGHTS =
  "name a user in GATEWAY_REDIS_URL who may do everything, as the owner of infra/redis/users.acl";

main().catch((error: unknown) => {
  const { message, detail } = error as { message?: string; detail?: string };
  const fault = faultOf(error);
  const sentence = message?.startsWith("NOPERM") ? `${fault}: ${RIGHTS}.` : fault && `${fault}.`;
  process.stderr.write(`${sentence ?? detail ?? message ?? String(error)}\n`);
  process.exitCode = 1;
});
