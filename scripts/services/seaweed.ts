/** An embedded S3 store (SeaweedFS) on loopback, with its data in a given folder. */
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import { weed } from "./binaries.ts";
import { unchanged } from "./recorded.ts";
import { freePorts } from "./ports.ts";
import { GRPC_ABOVE, ownCredentials, seaweedFlags, writeSecurity } from "./seaweed-config.ts";
import { type Runnable, ServiceGroup } from "./service-group.ts";
import { Service, ServiceError } from "./service.ts";

export interface SeaweedOptions {
  /** Data, credentials and log lie here; made if absent. A second start on the same folder finds them again. */
  readonly dir: string;
  readonly bucket?: string;
  /** The address of this machine on which it listens; 127.0.0.1 by default. */
  readonly host?: string;
}

/** What an S3 client needs; the names are those of the services' configuration. */
export interface S3Access {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface SeaweedServer extends S3Access {
  readonly service: Runnable;
  stop(): Promise<void>;
}

const REGION = "us-east-1";
const READY_WITHIN_MS = 60_000;

/** Starts the store and makes its bucket; ready after about 3.5 s. */
export async function startSeaweed(options: SeaweedOptions): Promise<SeaweedServer> {
  const server = await prepareSeaweed(options);
  await server.service.start();
  return server;
}

/** Chooses ports and credentials without starting, so that clients can be started at the same time. */
export async function prepareSeaweed(options: SeaweedOptions): Promise<SeaweedServer> {
  const { dir, bucket = "myspinbot", host = "127.0.0.1" } = options;
  mkdirSync(join(dir, "objects"), { recursive: true, mode: 0o700 });
  const credentials = ownCredentials(dir);
  writeSecurity(dir, host);
  const [s3 = 0, master = 0, volume = 0, filer = 0] = await freePorts(4, GRPC_ABOVE);
  const endpoint = `http://${host}:${s3}`;
  const access: S3Access = { endpoint, region: REGION, bucket, ...credentials };
  const command = await unchanged(weed());
  const flags = seaweedFlags({ s3, master, volume, filer }, host);
  const members = Object.entries(flags).map(
    ([part, args]) =>
      new Service({
        name: `seaweedfs ${part}`,
        command,
        args,
        // Without a limit it keeps half a gigabyte after large uploads.
        env: { GOMEMLIMIT: "150MiB" },
        cwd: dir,
        logFile: join(dir, "seaweedfs.log"),
        // The last part is the one that takes objects, which it can when the others are ready, too.
        isReady: part === "filer" ? () => makeBucket(access) : () => Promise.resolve(true),
        readyWithinMs: READY_WITHIN_MS,
        // It takes 17 s to obey SIGTERM, and loses nothing that was written when it is killed.
        stopSignal: "SIGKILL",
        graceMs: 5_000,
      }),
  );
  const service = new ServiceGroup("seaweedfs", members);
  return { ...access, service, stop: () => service.stop() };
}

/** A bucket that nobody else has, in a store that others use, too, and that may still be starting. */
export async function freshBucket(store: S3Access): Promise<S3Access> {
  const access = { ...store, bucket: randomUUID() };
  for (const until = Date.now() + READY_WITHIN_MS; ; await delay(50)) {
    if (await makeBucket(access).catch(() => false)) return access;
    if (Date.now() > until) throw new ServiceError(`the store at ${store.endpoint} makes no bucket`);
  }
}

/** The store is ready when it can take objects, so the bucket is both the probe and the result. */
async function makeBucket({ endpoint, region, bucket, accessKey, secretKey }: S3Access): Promise<boolean> {
  const client = new AwsClient({
    accessKeyId: accessKey,
    secretAccessKey: secretKey,
    region,
    service: "s3",
    retries: 0,
  });
  const url = `${endpoint}/${bucket}`;
  const made = await client.fetch(url, { method: "PUT", signal: AbortSignal.timeout(2_000) });
  if (!made.ok && made.status !== 409) return false;
  // Volumes grow with the first object: probing it here keeps that second out of the first upload.
  const probe = { method: "PUT", body: "ready", signal: AbortSignal.timeout(5_000) };
  return (await client.fetch(`${url}/.ready`, probe)).ok;
}
