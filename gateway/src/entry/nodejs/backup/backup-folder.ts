/** The folder of a backup: which files it has, what its manifest says, and whether it is whole. */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** Grows when a backup can no longer be read by what could read those before. */
export const FORMAT = 1;

/** A sentence for whoever typed the command. */
export class BackupError extends Error {
  override readonly name = "BackupError";
}

/** What stands in `manifest.json`, which is written last: a folder without it was cut off. */
export interface Manifest {
  format: number;
  made_at: string;
  /** Of MySpinBot. */
  version: string;
  prefix: string;
  shards: number;
  /** `cluster` where it was one. */
  redis: { server: string; keys: number; sha256: string; cluster?: boolean };
  objects: { count: number; bytes: number; sha256: string };
}

/** One line of `objects.jsonl`. Its bytes lie in a file that is called by their SHA-256. */
export interface KeptObject {
  key: string;
  size: number;
  sha256: string;
  media_type: string;
  metadata: Record<string, string>;
}

export interface BackupFiles {
  manifest: string;
  /** A line per key: name, when it expires or -1, what DUMP answered in base64. */
  redis: string;
  objects: string;
  bytes(sha256: string): string;
}

export function filesOf(folder: string): BackupFiles {
  return {
    manifest: join(folder, "manifest.json"),
    redis: join(folder, "redis.jsonl"),
    objects: join(folder, "objects.jsonl"),
    bytes: (sha256) => join(folder, "objects", sha256),
  };
}

/** Makes the folder, for this user alone. @throws BackupError when something is in it */
export function newFolder(folder: string): void {
  if (existsSync(folder) && (!statSync(folder).isDirectory() || readdirSync(folder).length > 0))
    throw new BackupError(`${folder} is not empty: name a folder that is new.`);
  mkdirSync(join(folder, "objects"), { recursive: true, mode: 0o700 });
}

/** Atomic: it is there whole, or not at all. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const { manifest: file } = filesOf(folder);
  await writeFile(`${file}.new`, `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
}

/** @throws BackupError when it is not whole, or was made by a version that knows more. */
export function readManifest(folder: string): Manifest {
  const { manifest: file } = filesOf(folder);
  if (!existsSync(folder)) throw new BackupError(`There is no folder ${folder}.`);
  if (!existsSync(file))
    throw new BackupError(
      `${folder} is no whole backup: it has no manifest.json, which is written last. It was cut off, or is something else.`,
    );
  const manifest = parsed(file);
  const { format, version } = manifest;
  if (!Number.isSafeInteger(format)) throw new BackupError(`${file} is damaged: it names no format.`);
  if (format! > FORMAT)
    throw new BackupError(
      `${folder} was made by a newer version (${version}, format ${format}); this one reads formats up to ${FORMAT}. Restore it with that version.`,
    );
  if (!manifest.redis || !manifest.objects) throw new BackupError(`${file} is damaged: parts are missing.`);
  return manifest as Manifest;
}

function parsed(file: string): Partial<Manifest> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof value === "object" && value !== null) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new BackupError(`${file} is damaged: it is not JSON.`);
}

/** Compares every byte with what the backup says of itself. @throws BackupError that names the first file that is wrong */
export async function assertWhole(folder: string, manifest: Manifest): Promise<KeptObject[]> {
  const files = filesOf(folder);
  await assertDigest(files.redis, manifest.redis.sha256);
  await assertDigest(files.objects, manifest.objects.sha256);
  const objects = readFileSync(files.objects, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as KeptObject);
  for (const sha256 of new Set(objects.map((object) => object.sha256)))
    await assertDigest(files.bytes(sha256), sha256);
  return objects;
}

async function assertDigest(file: string, sha256: string): Promise<void> {
  if (!existsSync(file)) throw new BackupError(`The backup is not whole: ${file} is missing.`);
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  if (hash.digest("hex") !== sha256)
    throw new BackupError(`The backup is damaged: ${file} is not what was written.`);
}
