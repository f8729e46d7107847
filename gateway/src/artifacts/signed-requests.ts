/** Sends signed requests to the bucket, and tells "away" from an answer. */
import { AwsClient } from "aws4fetch";
import { storeUnavailable } from "../errors/dependencies.ts";

export interface ObjectStoreOptions {
  endpoint: string;
  region: string;
  bucket: string;
  accessKey: string;
  secretKey: string;
  /** How long to wait for the head of an answer. */
  timeoutMs?: number;
}

export interface SignedRequest extends RequestInit {
  /** Waited for on top of the timeout, for requests with a large body. */
  extraMs?: number;
}

/**
 * Path (with query) below the bucket -> answer with one of the statuses.
 * @throws AppError `store-unavailable` for silence, 5xx, 429 and every status that nobody expected.
 */
export type Send = (path: string, init: SignedRequest, statuses: readonly number[]) => Promise<Response>;

export function createSend(options: ObjectStoreOptions): Send {
  const { endpoint, region, bucket, accessKey, secretKey, timeoutMs = 1500 } = options;
  const client = new AwsClient({
    accessKeyId: accessKey,
    secretAccessKey: secretKey,
    service: "s3",
    region,
    retries: 0,
  });
  const base = `${endpoint.replace(/\/+$/, "")}/${bucket}`;

  return async function send(path, { extraMs = 0, signal, ...init }, statuses) {
    // The head of the answer only: its body may take as long as the reader needs.
    const timeout = new AbortController();
    const timer = setTimeout(
      () => timeout.abort(new Error("the object store is silent")),
      timeoutMs + extraMs,
    );
    try {
      const signals = signal ? [timeout.signal, signal] : [timeout.signal];
      const response = await client.fetch(base + path, { ...init, signal: AbortSignal.any(signals) });
      if (statuses.includes(response.status)) return response;
      const answer = await response.text();
      throw new Error(`the object store answered ${response.status}: ${answer.slice(0, 300)}`);
    } catch (error) {
      // A client that went away says nothing about the store.
      if (signal?.aborted) throw error;
      throw storeUnavailable(error);
    } finally {
      clearTimeout(timer);
    }
  };
}
