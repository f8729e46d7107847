/** Where Redis and the store of a folder listen, for other commands on this machine: their ports are new at each start. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { S3Access } from "./seaweed.ts";
import type { Stack } from "./stack.ts";

export interface DataServices {
  /** As the owner, who may do everything. */
  readonly redisUrl: string;
  readonly s3: S3Access;
}

const fileIn = (folder: string): string => join(folder, "services.json");

/** For this user alone: it holds what they are reached with. */
export function noteServices(folder: string, { valkey, seaweed }: Stack): void {
  const { endpoint, region, bucket, accessKey, secretKey } = seaweed;
  const noted: DataServices = {
    redisUrl: valkey.url,
    s3: { endpoint, region, bucket, accessKey, secretKey },
  };
  writeFileSync(fileIn(folder), JSON.stringify(noted), { mode: 0o600 });
}

/** Those that run there, as they were noted when they started; undefined where nobody did. */
export function notedServices(folder: string): DataServices | undefined {
  if (!existsSync(fileIn(folder))) return undefined;
  return JSON.parse(readFileSync(fileIn(folder), "utf8")) as DataServices;
}
