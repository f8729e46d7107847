/** Moves a stopped store's objects into a new one in its place: volumes, index and log of the old one keep what was deleted. */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AwsClient } from "aws4fetch";
import { type S3Access, startSeaweed } from "./seaweed.ts";
import { ServiceError } from "./service.ts";

const KEPT_HEADERS = /^(content-type|x-amz-meta-.*)$/;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/**
 * Repeatable, from wherever it stopped; needs as much room again as the objects take.
 * @param dir of the store, which nobody else uses
 */
export async function compactStore(dir: string): Promise<void> {
  const [fresh, old] = [`${dir}.new`, `${dir}.old`];
  if (!existsSync(dir) && existsSync(old)) renameSync(old, dir);
  for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  // The same credentials, so that whoever knew the store knows it again.
  copyFileSync(join(dir, "s3.json"), join(fresh, "s3.json"));
  const from = await startSeaweed({ dir });
  try {
    const to = await startSeaweed({ dir: fresh });
    try {
      await copyAll(clientOf(from), clientOf(to));
    } finally {
      await to.stop();
    }
  } finally {
    await from.stop();
  }
  renameSync(dir, old);
  renameSync(fresh, dir);
  rmSync(old, { recursive: true, force: true });
}

type Send = (path: string, init?: RequestInit) => Promise<Response>;

function clientOf({ endpoint, region, bucket, accessKey, secretKey }: S3Access): Send {
  const client = new AwsClient({
    accessKeyId: accessKey,
    secretAccessKey: secretKey,
    region,
    service: "s3",
    retries: 0,
  });
  return async (path, init) => {
    const response = await client.fetch(`${endpoint}/${bucket}${path}`, init);
    if (!response.ok) throw new ServiceError(`the store answered ${path} with ${response.status}`);
    return response;
  };
}

async function copyAll(from: Send, to: Send): Promise<void> {
  for (let token: string | undefined, first = true; first || token !== undefined; first = false) {
    const query = new URLSearchParams({
      "list-type": "2",
      ...(token ? { "continuation-token": token } : {}),
    });
    const xml = await (await from(`?${query.toString().replaceAll("+", "%20")}`)).text();
    for (const [, key = ""] of xml.matchAll(/<Key>([^<]*)<\/Key>/g)) await copy(from, to, decode(key));
    token = /<NextContinuationToken>([^<]+)</.exec(xml)?.[1];
    if (token !== undefined) token = decode(token);
  }
}

async function copy(from: Send, to: Send, key: string): Promise<void> {
  const path = `/${key.split("/").map(encodeURIComponent).join("/")}`;
  const object = await from(path);
  const headers = Object.fromEntries([...object.headers].filter(([name]) => KEPT_HEADERS.test(name)));
  await to(path, { method: "PUT", headers, body: await object.arrayBuffer() });
}

function decode(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{1,8}));/g, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(String(hex), 16));
    return ENTITIES[String(name)] ?? whole;
  });
}
