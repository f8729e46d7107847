/** After compacting, no file holds what was deleted, and everything else is still there. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsClient } from "aws4fetch";
import { Redis } from "ioredis";
import { afterAll, expect, it } from "vitest";
import { startSeaweed } from "./seaweed.ts";
import { startValkey } from "./valkey.ts";
import { compactRedis } from "./compact-redis.ts";
import { compactStore } from "./compact-store.ts";

const folder = mkdtempSync(join(tmpdir(), "compact-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CANARY = "Kanarienvogel-7f3a";
const KEPT = "stays-51bc";

/** Files below `dir` that hold the text. */
function holding(dir: string, text: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => path.includes(text) || readFileSync(path).includes(text));
}

it("takes deleted keys out of the append-only file", async () => {
  const dir = join(folder, "redis");
  const open = async <T>(work: (redis: Redis) => Promise<T>): Promise<T> => {
    const server = await startValkey({ dir });
    const redis = new Redis(server.url);
    try {
      return await work(redis);
    } finally {
      redis.disconnect();
      await server.stop();
    }
  };
  await open(async (redis) => {
    await redis.hset("run", "input", CANARY);
    await redis.del("run");
    await redis.set("other", KEPT);
  });
  expect(holding(dir, CANARY)).not.toEqual([]);
  await compactRedis(dir);
  expect(await open((redis) => redis.get("other"))).toBe(KEPT);
  expect(holding(dir, CANARY)).toEqual([]);
  expect(holding(dir, KEPT)).not.toEqual([]);
});

it("takes deleted objects, their names and metadata out of the store's files", async () => {
  const dir = join(folder, "s3");
  const open = async <T>(
    work: (send: (path: string, init?: RequestInit) => Promise<Response>) => Promise<T>,
  ) => {
    const store = await startSeaweed({ dir });
    const { accessKey: accessKeyId, secretKey: secretAccessKey, region } = store;
    const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3", retries: 0 });
    try {
      return await work((path, init) => client.fetch(`${store.endpoint}/${store.bucket}/${path}`, init));
    } finally {
      await store.stop();
    }
  };
  const odd = "runs/r/a b&c%3F?.txt".split("/").map(encodeURIComponent).join("/");
  await open(async (send) => {
    const headers = { "content-type": "image/png", "x-amz-meta-name": CANARY };
    expect((await send(`runs/r/${CANARY}.png`, { method: "PUT", body: CANARY, headers })).ok).toBe(true);
    expect((await send(`runs/r/${CANARY}.png`, { method: "DELETE" })).ok).toBe(true);
    const kept = { "content-type": "text/x-own", "x-amz-meta-name": "bmFtZQ" };
    expect((await send(odd, { method: "PUT", body: KEPT, headers: kept })).ok).toBe(true);
  });
  expect(holding(dir, CANARY)).not.toEqual([]);
  await compactStore(dir);
  expect(holding(dir, CANARY)).toEqual([]);
  await open(async (send) => {
    const object = await send(odd);
    expect(await object.text()).toBe(KEPT);
    expect(object.headers.get("content-type")).toBe("text/x-own");
    expect(object.headers.get("x-amz-meta-name")).toBe("bmFtZQ");
    expect((await send(`runs/r/${CANARY}.png`)).status).toBe(404);
  });
  expect(readdirSync(folder).filter((name) => name.startsWith("s3"))).toEqual(["s3"]);
});
