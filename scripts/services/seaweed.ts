/** An embedded S3 store (SeaweedFS) on loopback, with its data in a given folder. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AwsClient } from "aws4fetch";
import { weed } from "./binaries.ts";
import { freePorts } from "./ports.ts";
import { Service } from "./service.ts";

export interface SeaweedOptions {
  /** Data, credentials and log lie here; made if absent. A second start on the same folder finds them again. */
  readonly dir: string;
  readonly bucket?: string;
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
  readonly service: Service;
  stop(): Promise<void>;
}

/** The part of SeaweedFS's credential file that we write and read. */
interface S3Identities {
  readonly identities: [
    { readonly credentials: [{ readonly accessKey: string; readonly secretKey: string }] },
  ];
}

const REGION = "us-east-1";

/** Starts the store and makes its bucket; ready after about 3.5 s. */
export async function startSeaweed(options: SeaweedOptions): Promise<SeaweedServer> {
  const server = await prepareSeaweed(options);
  await server.service.start();
  return server;
}

/** Chooses ports and credentials without starting, so that clients can be started at the same time. */
export async function prepareSeaweed({ dir, bucket = "myspinbot" }: SeaweedOptions): Promise<SeaweedServer> {
  mkdirSync(join(dir, "objects"), { recursive: true });
  const credentials = ownCredentials(dir);
  const ports = await freePorts(8);
  const endpoint = `http://127.0.0.1:${ports[0]}`;
  const access: S3Access = { endpoint, region: REGION, bucket, ...credentials };
  const service = new Service({
    name: "seaweedfs",
    command: weed(),
    args: flags(dir, ports),
    // Without a limit it keeps half a gigabyte after large uploads.
    env: { GOMEMLIMIT: "200MiB" },
    cwd: dir,
    logFile: join(dir, "seaweedfs.log"),
    isReady: () => makeBucket(access),
    readyWithinMs: 60_000,
    // It takes 17 s to obey SIGTERM, and loses nothing that was written when it is killed.
    stopSignal: "SIGKILL",
    graceMs: 5_000,
  });
  return { ...access, service, stop: () => service.stop() };
}

function flags(dir: string, ports: readonly number[]): string[] {
  const [s3, s3Grpc, master, masterGrpc, volume, volumeGrpc, filer, filerGrpc] = ports;
  return [
    "-logtostderr=true",
    "server",
    `-dir=${join(dir, "objects")}`,
    "-ip=127.0.0.1",
    "-ip.bind=127.0.0.1",
    "-s3",
    `-s3.port=${s3}`,
    `-s3.port.grpc=${s3Grpc}`,
    `-s3.config=${join(dir, "s3.json")}`,
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    `-master.port=${master}`,
    `-master.port.grpc=${masterGrpc}`,
    "-master.telemetry=false",
    "-master.electionTimeout=1s",
    "-master.heartbeatInterval=100ms",
    "-master.volumeSizeLimitMB=256",
    `-volume.port=${volume}`,
    `-volume.port.grpc=${volumeGrpc}`,
    "-volume.max=0",
    "-volume.minFreeSpacePercent=1",
    "-volume.preStopSeconds=0",
    `-filer.port=${filer}`,
    `-filer.port.grpc=${filerGrpc}`,
  ];
}

/** Made once per folder, so that objects stay readable over restarts. */
function ownCredentials(dir: string): { accessKey: string; secretKey: string } {
  const file = join(dir, "s3.json");
  if (!existsSync(file)) {
    const credentials = [
      { accessKey: randomBytes(10).toString("hex"), secretKey: randomBytes(20).toString("hex") },
    ];
    const actions = ["Admin", "Read", "Write", "List", "Tagging"];
    const content = { identities: [{ name: "myspinbot", credentials, actions }] };
    writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
  }
  const { identities } = JSON.parse(readFileSync(file, "utf8")) as S3Identities;
  return identities[0].credentials[0];
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
