/**
 * What a client deletes is gone: from every key, object, folder and log of real processes, and from disks once compacted.
 * The client asks a gateway and a Worker by turns.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@myspinbot/client/client.ts";
import type { Graph, Run, RunCreate } from "@myspinbot/contracts/types.ts";
import { compactRedis } from "@myspinbot/services/compact-redis.ts";
import { compactStore } from "@myspinbot/services/compact-store.ts";
import type { EdgeServer } from "@myspinbot/services/edge.ts";
import { startStack, type Stack } from "@myspinbot/services/stack.ts";
import { AwsClient } from "aws4fetch";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { clientOver, uploaded } from "./client.ts";
import { ALL_SCOPES, makeKey } from "./make-key.ts";
import { wedge } from "./wedge.ts";
import { startWorkerBeside } from "./worker-beside.ts";

/** One for each way in. */
const CANARIES = {
  text: "the quokka hides in zanzibar",
  constant: "walrus plays trombone",
  bytes: "canary-in-the-picture-5f1e",
  fileName: "canary-portrait-77c0",
  tag: "canary-tag-90ab",
  metadata: "canary-metadata-31dd",
  graph: "canary-graph-ab12",
  key: "canary-idempotency-key-4e4e",
} as const;

const speech = (id: string, text: string) =>
  ({ id, type: "synthesize_speech", plane: "python", inputs: { text } }) as const;
const GRAPH: Graph = {
  name: CANARIES.graph,
  input: { text: "Text", image: "Image" },
  nodes: [
    speech("first", "$input.text"),
    speech("second", `Our ${CANARIES.constant}.`),
    {
      id: "large",
      type: "upscale_image",
      plane: "python",
      inputs: { image: "$input.image", factor: 2, kind: "drawing" },
    },
  ],
  output: { audio: "$first.audio", image: "$large.image" },
};

let dir: string;
let stack: Stack;
let worker: EdgeServer;
let client: Client;
let redis: Redis;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "myspinbot-deletion-"));
  const short = { GATEWAY_UPLOAD_RETENTION_MS: "1000", GATEWAY_LOG_LEVEL: "debug" };
  stack = await startStack({ dir, gatewayEnv: short, gpuNodeEnv: { GPU_NODE_LOG_LEVEL: "debug" } });
  worker = await startWorkerBeside({ ...stack, dir: join(dir, "worker"), env: short });
  client = clientOver([stack.gateway.url, worker.url], makeKey(stack.valkey, ALL_SCOPES));
  redis = new Redis(stack.valkey.url);
});
afterAll(async () => {
  redis.disconnect();
  await worker?.stop();
  await stack?.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function ended(body: RunCreate): Promise<Run> {
  const { run_id } = await client.runs.submit(body, { idempotencyKey: CANARIES.key });
  return client.runs.watch(run_id);
}

const READ: Record<string, (key: string) => Promise<unknown>> = {
  string: (key) => redis.get(key),
  hash: (key) => redis.hgetall(key),
  list: (key) => redis.lrange(key, 0, -1),
  set: (key) => redis.smembers(key),
  zset: (key) => redis.zrange(key, "0", "-1"),
  stream: (key) => redis.xrange(key, "-", "+"),
};

async function everyKey(): Promise<Buffer> {
  const keys = await redis.keys("*");
  const rows = await Promise.all(
    keys.map(async (key) => [key, await READ[await redis.type(key)]!(key)] as const),
  );
  return Buffer.from(JSON.stringify(rows));
}

/** Listing, bytes and metadata. */
async function everyObject(): Promise<Buffer> {
  const { endpoint, bucket, region, accessKey, secretKey } = stack.seaweed;
  const client = new AwsClient({
    accessKeyId: accessKey,
    secretAccessKey: secretKey,
    region,
    service: "s3",
    retries: 0,
  });
  const listing = await (await client.fetch(`${endpoint}/${bucket}?list-type=2`)).text();
  const parts = [Buffer.from(listing)];
  for (const [, key] of listing.matchAll(/<Key>([^<]*)<\/Key>/g)) {
    const object = await client.fetch(`${endpoint}/${bucket}/${key}`);
    parts.push(Buffer.from(JSON.stringify([...object.headers])), Buffer.from(await object.arrayBuffer()));
  }
  return Buffer.concat(parts);
}

/** Names and contents of all files below some folders. */
function everyFile(...folders: string[]): Buffer {
  const files = folders.flatMap((folder) =>
    readdirSync(join(dir, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return Buffer.concat(files.flatMap((path) => [Buffer.from(`${path}\n`), readFileSync(path)]));
}

/** The text itself, and what all its base64 spellings have in common, wherever in a longer text it stands. */
function spellings(text: string): string[] {
  const inside = [0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]).toString("base64url");
    return whole.slice(shift === 0 ? 0 : shift + 1, -2);
  });
  return [text, ...inside, ...inside.map((part) => part.replaceAll("-", "+").replaceAll("_", "/"))];
}

const foundIn = (bytes: Buffer): string[] =>
  Object.entries(CANARIES)
    .filter(([, text]) => spellings(text).some((spelling) => bytes.includes(spelling)))
    .map(([name]) => name);

it("leaves nothing of a run, its graph, its key and its uploads anywhere", async () => {
  const picture = Buffer.concat([wedge(64), Buffer.from(CANARIES.bytes)]);
  const content = { bytes: picture, mediaType: "image/png" };
  const image = await uploaded(client, content, `${CANARIES.fileName}.png`);
  const run = await ended({
    graph: GRAPH,
    input: { text: `My friend, ${CANARIES.text}.`, image },
    tags: [CANARIES.tag],
    metadata: { note: CANARIES.metadata },
  });
  expect(run, JSON.stringify(run.error)).toMatchObject({ status: "succeeded" });
  expect(foundIn(await everyKey()).toSorted()).toEqual(
    ["text", "constant", "fileName", "tag", "metadata", "graph"].toSorted(),
  );
  expect(foundIn(await everyObject())).toEqual(expect.arrayContaining(["bytes", "fileName"]));

  await client.runs.delete(run.run_id);
  await expect.poll(async () => (await client.files.list()).files, { timeout: 60_000 }).toEqual([]);
  await expect.poll(async () => foundIn(await everyObject()), { timeout: 60_000 }).toEqual([]);
  expect(foundIn(await everyKey())).toEqual([]);
  expect(foundIn(everyFile("gateway", "gpu-node", "worker"))).toEqual([]);

  redis.disconnect();
  await worker.stop();
  await stack.stop();
  expect(foundIn(everyFile("redis"))).not.toEqual([]);
  expect(foundIn(everyFile("s3"))).not.toEqual([]);
  await compactRedis(join(dir, "redis"));
  await compactStore(join(dir, "s3"));
  expect(foundIn(everyFile("."))).toEqual([]);
});
