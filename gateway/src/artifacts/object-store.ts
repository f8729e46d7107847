/** The one S3 client of the gateway: signed requests by aws4fetch, in every runtime. Path-style addresses. */
import { AwsClient } from "aws4fetch";
import { storeUnavailable } from "../errors/dependencies.ts";
import { listKeys } from "./list-keys.ts";

export interface ObjectHead {
  /** Bytes. */
  size: number;
  mediaType: string;
  /** User metadata, names without `x-amz-meta-`. Values are ASCII. */
  metadata: Record<string, string>;
}

export interface NewObject {
  bytes: Uint8Array<ArrayBuffer>;
  mediaType: string;
  /** SHA-256 of the bytes in hexadecimal; the store refuses others. */
  sha256: string;
  metadata: Record<string, string>;
}

/** All methods throw AppError `store-unavailable` when the store does not answer within about two seconds. */
export interface ObjectStore {
  head(key: string): Promise<ObjectHead | undefined>;
  /** The bytes as a stream, or a part of them (`range` as in HTTP, `bytes=0-99`). */
  get(
    key: string,
    options?: { range?: string; signal?: AbortSignal },
  ): Promise<ReadableStream<Uint8Array> | undefined>;
  put(key: string, object: NewObject): Promise<void>;
  delete(key: string): Promise<void>;
  /** Deletes all objects whose key begins with `prefix`; repeatable. */
  deletePrefix(prefix: string): Promise<void>;
  /** Resolves when the bucket can be reached. */
  check(): Promise<void>;
  /** Makes the bucket unless it exists. */
  ensureBucket(): Promise<void>;
}

export interface ObjectStoreOptions {
  endpoint: string;
  region: string;
  bucket: string;
  accessKey: string;
  secretKey: string;
  /** How long to wait for the head of an answer. */
  timeoutMs?: number;
}

const META = "x-amz-meta-";
/** Slowest upload that is waited for: 1,000 bytes per millisecond on top of the timeout. */
const UPLOAD_BYTES_PER_MS = 1000;

export function createObjectStore(options: ObjectStoreOptions): ObjectStore {
  const { endpoint, region, bucket, accessKey, secretKey, timeoutMs = 1500 } = options;
  const client = new AwsClient({
    accessKeyId: accessKey,
    secretAccessKey: secretKey,
    service: "s3",
    region,
    retries: 0,
  });
  const base = `${endpoint.replace(/\/+$/, "")}/${bucket}`;

  /** Waits for the head of the answer only; the body may take as long as the reader needs. */
  const send = async (path: string, init: RequestInit = {}, extraMs = 0): Promise<Response> => {
    const timeout = new AbortController();
    const timer = setTimeout(
      () => timeout.abort(new Error("the object store is silent")),
      timeoutMs + extraMs,
    );
    const signal = init.signal ? AbortSignal.any([timeout.signal, init.signal]) : timeout.signal;
    try {
      const response = await client.fetch(base + path, { ...init, signal });
      if (response.status >= 500 || response.status === 429) {
        await response.body?.cancel();
        throw new Error(`the object store answered ${response.status}`);
      }
      return response;
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw storeUnavailable(error);
    } finally {
      clearTimeout(timer);
    }
  };

  const expect = async (response: Response, ...statuses: number[]): Promise<Response> => {
    if (statuses.includes(response.status)) return response;
    const answer = await response.text();
    throw storeUnavailable(
      new Error(`the object store answered ${response.status}: ${answer.slice(0, 300)}`),
    );
  };

  const remove = async (key: string): Promise<void> => {
    await expect(await send(`/${key}`, { method: "DELETE" }), 200, 204, 404);
  };

  return {
    async head(key) {
      const response = await send(`/${key}`, { method: "HEAD" });
      if (response.status === 404) return undefined;
      const { headers } = await expect(response, 200);
      const metadata = [...headers]
        .filter(([name]) => name.startsWith(META))
        .map(([name, value]) => [name.slice(META.length), value]);
      return {
        size: Number(headers.get("content-length") ?? 0),
        mediaType: headers.get("content-type") ?? "application/octet-stream",
        metadata: Object.fromEntries(metadata) as Record<string, string>,
      };
    },
    async get(key, { range, signal } = {}) {
      const response = await send(`/${key}`, {
        ...(range ? { headers: { range } } : {}),
        ...(signal ? { signal } : {}),
      });
      if (response.status === 404) {
        await response.body?.cancel();
        return undefined;
      }
      const { body } = await expect(response, 200, 206);
      return body ?? undefined;
    },
    async put(key, { bytes, mediaType, sha256, metadata }) {
      const headers: Record<string, string> = { "content-type": mediaType, "x-amz-content-sha256": sha256 };
      for (const [name, value] of Object.entries(metadata)) headers[META + name] = value;
      const response = await send(
        `/${key}`,
        { method: "PUT", body: bytes, headers },
        bytes.byteLength / UPLOAD_BYTES_PER_MS,
      );
      await (await expect(response, 200)).body?.cancel();
    },
    delete: remove,
    async deletePrefix(prefix) {
      for (;;) {
        const page = await expect(
          await send(`?list-type=2&max-keys=1000&prefix=${encodeURIComponent(prefix)}`),
          200,
        );
        const keys = listKeys(await page.text());
        if (keys.length === 0) return;
        for (const key of keys) await remove(key);
      }
    },
    async check() {
      await expect(await send("", { method: "HEAD" }), 200);
    },
    async ensureBucket() {
      if ((await send("", { method: "HEAD" })).status === 200) return;
      // 409: somebody made it meanwhile.
      await expect(await send("", { method: "PUT" }), 200, 409);
    },
  };
}
