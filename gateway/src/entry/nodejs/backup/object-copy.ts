/** Copies the objects that a copy of Redis can name out of the store, and back into an empty one. */
import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { readFile, rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import type { ReadableStream as NodeStream } from "node:stream/web";
import { pipeline } from "node:stream/promises";
import { objectKeys, shardOfId, type Keys } from "@myspinbot/contracts/keys.ts";
import { listPage } from "../../../artifacts/list-page.ts";
import type { ObjectStore } from "../../../artifacts/object-store.ts";
import type { Send } from "../../../artifacts/signed-requests.ts";
import { BackupError, filesOf, type KeptObject } from "./backup-folder.ts";
import type { RedisCopy } from "./redis-copy.ts";

const AT_ONCE = 8;
/** An artifact's key names the digest of its bytes. */
const DIGEST_PART = 3;

/** Where everything of ours lies. */
const FOLDERS = [objectKeys.fileFolder(), objectKeys.runFolder("x").slice(0, -"x/".length)];

/** All keys of objects in the bucket. */
export async function keysIn(send: Send): Promise<string[]> {
  const keys: string[] = [];
  for (let page = await listPage(send, ""); ; page = await listPage(send, "", page.next)) {
    keys.push(...page.keys);
    if (page.next === undefined) return keys;
  }
}

/**
 * Whether a copy of Redis speaks of it. What began later is left out: nothing would ever remove it from the store
 * that it is restored into.
 */
export function isKnown(key: string, keys: Keys, { names, files }: RedisCopy): boolean {
  const [, id = ""] = key.split("/");
  if (files.has(id)) return key === objectKeys.file(id);
  const shard = shardOfId(id);
  if (shard === "" || !key.startsWith(objectKeys.runFolder(id))) return false;
  // A run that is gone may have left what its forks have.
  return names.has(keys.run(shard, id)) || names.has(keys.folderRuns(shard, id));
}

/** @returns what is kept of it; undefined when it was deleted meanwhile */
export async function fetchObject(
  store: ObjectStore,
  folder: string,
  key: string,
): Promise<KeptObject | undefined> {
  const head = await store.head(key);
  const body = head && (await store.get(key));
  if (!body) return undefined;
  const files = filesOf(folder);
  const part = files.bytes(`${randomUUID()}.part`);
  const hash = createHash("sha256");
  let size = 0;
  async function* hashed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.byteLength;
      yield chunk;
    }
  }
  try {
    const out = createWriteStream(part, { mode: 0o600, flush: true });
    await pipeline(Readable.fromWeb(body as NodeStream<Uint8Array>), hashed, out);
    const sha256 = hash.digest("hex");
    await rename(part, files.bytes(sha256));
    return { key, size, sha256, media_type: head.mediaType, metadata: head.metadata };
  } finally {
    await rm(part, { force: true });
  }
}

/** Whether the bytes are those that the object's name promises. */
export function isAsNamed({ key, sha256 }: KeptObject): boolean {
  const named = key.split("/")[DIGEST_PART];
  return named === undefined || named === sha256;
}

export async function storeObject(store: ObjectStore, folder: string, object: KeptObject): Promise<void> {
  const { key, sha256, media_type: mediaType, metadata } = object;
  const bytes = await readFile(filesOf(folder).bytes(sha256));
  await store.put(key, { bytes, mediaType, sha256, metadata });
}

/** @throws BackupError when the bucket holds anything of ours */
export async function assertEmptyStore(send: Send): Promise<void> {
  const found = (await keysIn(send)).find((key) => FOLDERS.some((folder) => key.startsWith(folder)));
  if (found !== undefined)
    throw new BackupError(
      `The bucket is not empty, it holds ${found}: a backup is restored into an empty one only. If a restore was cut off, empty Redis and bucket, and begin again.`,
    );
}

/** Some at once. @returns the answers in order */
export async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  for (let first = 0; first < items.length; first += AT_ONCE)
    answers.push(...(await Promise.all(items.slice(first, first + AT_ONCE).map(work))));
  return answers;
}
