/** The one S3 client of the gateway: signed requests by aws4fetch, in every runtime. Path-style addresses. */
import { AppError } from "../errors/app-error.ts";
import { StoreAnswer, storeUnavailable } from "../errors/dependencies.ts";
import { deletePrefix } from "./delete-prefix.ts";
import { objectPath } from "./object-path.ts";
import { sendPassing, type PassingObject } from "./send-passing.ts";
import { createSend, type ObjectStoreOptions, type Send } from "./signed-requests.ts";

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
  /** SHA-256 of the bytes in hexadecimal. It is signed, but not every store compares it (SeaweedFS does not). */
  sha256: string;
  metadata: Record<string, string>;
}

/** What can be said of an object after its bytes. */
export type About = Pick<NewObject, "mediaType" | "metadata">;

/** All methods throw AppError `store-unavailable` when the store does not answer within about two seconds. */
export interface ObjectStore {
  head(key: string): Promise<ObjectHead | undefined>;
  /** The bytes as a stream, or a part of them (`range` as in HTTP, `bytes=0-99`). */
  get(key: string, range?: string): Promise<ReadableStream<Uint8Array> | undefined>;
  put(key: string, object: NewObject): Promise<void>;
  /** Bytes that come while they are stored. Whatever they throw is thrown, and then nothing was stored. */
  putPassing(key: string, object: PassingObject): Promise<void>;
  /** Says of an object what was not known before its bytes: type and metadata, in place of those that it has. */
  describe(key: string, about: About): Promise<void>;
  delete(key: string): Promise<void>;
  /** Deletes all objects whose key begins with `prefix`; repeatable. Gives up when `signal` is aborted. */
  deletePrefix(prefix: string, signal?: AbortSignal, kept?: ReadonlySet<string>): Promise<void>;
  /** Makes the bucket unless it exists; resolves when it can be used, and has kept what it was given last. */
  ensureBucket(): Promise<void>;
}

const META = "x-amz-meta-";
/** Slowest upload that is waited for. */
const UPLOAD_BYTES_PER_MS = 1000;
/** On top of the timeout, for a copy of the largest upload within the store. */
const COPY_MS = 5000;

/** How long the store counts as full after it would not keep bytes: it says so nowhere else. */
const FULL_MS = 30_000;

export function createObjectStore(options: ObjectStoreOptions): ObjectStore {
  const ask = createSend(options);
  let full: { error: AppError; until: number } | undefined;
  const send: Send = async (path, init, statuses) => {
    try {
      const answer = await ask(path, init, statuses);
      if (init.method === "PUT") full = undefined;
      return answer;
    } catch (error) {
      if (error instanceof AppError && error.cause instanceof StoreAnswer && error.cause.isFull)
        full = { error, until: options.clock.elapsed() + FULL_MS };
      throw error;
    }
  };
  return {
    head: (key) => head(send, key),
    get: (key, range) => get(send, key, range),
    async put(key, { bytes, mediaType, sha256, metadata }) {
      const headers = { ...headersOf({ mediaType, metadata }), "x-amz-content-sha256": sha256 };
      const extraMs = bytes.byteLength / UPLOAD_BYTES_PER_MS;
      await discard(await send(pathOf(key), { method: "PUT", body: bytes, headers, extraMs }, [200]));
    },
    putPassing: (key, object) =>
      sendPassing({ send, pipe: options.pipe, clock: options.clock }, pathOf(key), {
        object,
        extraMs: object.size / UPLOAD_BYTES_PER_MS,
        headers: {
          ...headersOf(object),
          ...(object.sha256 === undefined ? {} : { "x-amz-content-sha256": object.sha256 }),
        },
      }),
    async describe(key, about) {
      const path = pathOf(key);
      const source = `/${options.bucket}${path}`;
      const copy = { "x-amz-copy-source": source, "x-amz-metadata-directive": "REPLACE" };
      const headers = { ...headersOf(about), ...copy };
      const answer = await send(path, { method: "PUT", headers, extraMs: COPY_MS }, [200]);
      // A copy that fails late has begun with 200.
      const text = await answer.text();
      if (text.includes("<Error>"))
        throw storeUnavailable(new StoreAnswer(200, undefined, text.slice(0, 300)));
    },
    async delete(key) {
      await discard(await send(pathOf(key), { method: "DELETE" }, [200, 204, 404]));
    },
    deletePrefix: (prefix, signal, kept) => deletePrefix(send, prefix, signal, kept),
    async ensureBucket() {
      if (full && options.clock.elapsed() < full.until) throw full.error;
      // Not HEAD: an answer without a body cannot say what is wrong.
      const there = await send("?list-type=2&max-keys=1", {}, [200, 404]);
      await discard(there);
      if (there.status === 200) return;
      const body = creation(options.region);
      // 409: somebody made it meanwhile.
      await discard(await send("", { method: "PUT", ...(body === undefined ? {} : { body }) }, [200, 409]));
    },
  };
}

function headersOf({ mediaType, metadata }: About): Record<string, string> {
  const headers: Record<string, string> = { "content-type": mediaType };
  for (const [name, value] of Object.entries(metadata)) headers[META + name] = value;
  return headers;
}

/** Keys are checked where they come in; one that slipped through must not become another object's address. */
function pathOf(key: string): string {
  const path = objectPath(key);
  if (path === undefined) throw new RangeError(`not a key of an object: ${JSON.stringify(key).slice(0, 80)}`);
  return path;
}

/** The oldest region is the one that must not be named. */
function creation(region: string): string | undefined {
  if (region === "us-east-1") return undefined;
  const place = `<LocationConstraint>${region.replace(/[<&]/g, "")}</LocationConstraint>`;
  return `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${place}</CreateBucketConfiguration>`;
}

async function head(send: Send, key: string): Promise<ObjectHead | undefined> {
  const { status, headers } = await send(pathOf(key), { method: "HEAD" }, [200, 404]);
  if (status === 404) return undefined;
  const metadata = [...headers].filter(([name]) => name.startsWith(META));
  return {
    size: Number(headers.get("content-length") ?? 0),
    mediaType: headers.get("content-type") ?? "application/octet-stream",
    metadata: Object.fromEntries(metadata.map(([name, value]) => [name.slice(META.length), value])),
  };
}

async function get(
  send: Send,
  key: string,
  range: string | undefined,
): Promise<ReadableStream<Uint8Array> | undefined> {
  const response = await send(
    pathOf(key),
    range === undefined ? {} : { headers: { range } },
    [200, 206, 404],
  );
  if (response.status !== 404) return response.body ?? undefined;
  await discard(response);
  return undefined;
}

/** An answer that nobody reads would keep its connection. */
async function discard(response: Response): Promise<void> {
  await response.body?.cancel();
}
