/** Sends signed requests to the bucket, and tells "away" from an answer. */
import { AwsV4Signer } from "aws4fetch";
import type { Clock } from "../clock.ts";
import { StoreAnswer, storeUnavailable } from "../errors/dependencies.ts";

export interface ObjectStoreOptions {
  endpoint: string;
  region: string;
  bucket: string;
  accessKey: string;
  secretKey: string;
  /** How long to wait for the head of an answer. */
  timeoutMs?: number;
  clock: Clock;
  /** Hears of each request that failed. */
  onFailure?: () => void;
  /** The way to the store, where it is not the runtime's own. */
  fetch?: typeof fetch;
  /** A pipe for so many bytes, where the runtime takes the length of a stream from its pipe and not from a header. */
  pipe?: (size: number) => TransformStream<Uint8Array, Uint8Array>;
}

export interface SignedRequest extends Omit<RequestInit, "signal"> {
  /** Waited for on top of the timeout, for requests with a large body. */
  extraMs?: number;
  /** From when on an answer is waited for, where the body comes from elsewhere. */
  since?: Promise<unknown>;
}

/**
 * Path (with query) below the bucket -> answer with one of the statuses.
 * @throws AppError `store-unavailable` for silence, 5xx, 429 and every status that nobody expected.
 */
export type Send = (path: string, init: SignedRequest, statuses: readonly number[]) => Promise<Response>;

export function createSend(options: ObjectStoreOptions): Send {
  const { endpoint, region, bucket, accessKey, secretKey, clock, timeoutMs = 1500 } = options;
  const ask = options.fetch ?? fetch;
  const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey, service: "s3", region };
  // Signing keys hold for a day.
  const cache = new Map<string, ArrayBuffer>();
  const base = `${endpoint.replace(/(?<!\/)\/+$/, "")}/${bucket}`;

  return async function send(path, { extraMs = 0, since = Promise.resolve(), ...init }, statuses) {
    const { method = "GET" } = init;
    const headers = new Headers(init.headers);
    const signed = await new AwsV4Signer({ url: base + path, method, headers, cache, ...credentials }).sign();
    try {
      // The head of the answer only: its body may take as long as the reader needs.
      const response = await answeredWithin({ clock, ms: timeoutMs + extraMs, since }, (signal) =>
        // A redirect is no answer of the store: followed, it could carry bytes and signature elsewhere.
        ask(signed.url, { ...init, method, headers: signed.headers, redirect: "manual", signal }),
      );
      if (statuses.includes(response.status)) return response;
      const answer = await response.text();
      const [, code] = /<Code>([A-Za-z0-9.]{1,64})<\/Code>/.exec(answer) ?? [];
      throw new StoreAnswer(response.status, code, answer.slice(0, 300), method === "PUT" && path !== "");
    } catch (error) {
      options.onFailure?.();
      throw storeUnavailable(error);
    }
  };
}

/** Races the clock besides aborting: a fetch that misses its abort must not keep a request waiting for ever. */
async function answeredWithin<T>(
  { clock, ms, since }: { clock: Clock; ms: number; since: Promise<unknown> },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const over = Promise.withResolvers<never>();
  let stop: (() => void) | undefined;
  const begin = (): void => {
    stop ??= clock.after(ms, () => {
      over.reject(new Error("the object store is silent"));
      late.abort();
    });
  };
  void since.then(begin, begin);
  try {
    return await Promise.race([over.promise, work(late.signal)]);
  } finally {
    // So that it cannot begin later.
    begin();
    stop?.();
  }
}
