/** Sends one request of the route table, again where that may help, and answers what it read. */
import { type Operation, type Operations, ROUTES } from "@myspinbot/contracts/routes.ts";
import { addressOf } from "./address.ts";
import { errorOf, readJson } from "./answers.ts";
import type { ReadOptions } from "./chunks.ts";
import { ClientError, NetworkError } from "./errors.ts";
import { createPatience, type PatienceSettings } from "./patience.ts";
import type { Runtime } from "./runtime.ts";

export interface Settings {
  /** `https://example.org`; empty in a page that the gateway serves. */
  base: string;
  runtime: Runtime;
  /** Goes into the Authorization header; asked before each request, so that a key can change. */
  authorization?: (() => string | undefined | Promise<string | undefined>) | undefined;
  /** Until the head of an answer is there. */
  timeoutMs: number;
  /** Silence in the middle of an answer that means that nobody is there any more. */
  idleMs: number;
  /** Of single requests. */
  patience: PatienceSettings;
  /** Of streams, which may outlive a restart of the gateway. */
  streamPatience: PatienceSettings;
}

/** A member may be left out when all of it may. */
type Member<Name extends string, Value> =
  Record<never, never> extends Value ? Partial<Record<Name, Value>> : Record<Name, Value>;

/** Bytes as a body, with their media type. */
export interface Content {
  bytes: Blob | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  mediaType: string;
}

export type Given<O extends Operation> = Member<"path", Operations[O]["path"]> & {
  query?: Operations[O]["query"];
  headers?: Operations[O]["headers"];
  body?: Operations[O]["body"];
  content?: Content;
  /** Media type of the answer that is wanted; any that is described by default. */
  accept?: string;
  /** Whether a repetition does no harm; what the method promises by default. */
  repeatable?: boolean;
  /** In place of the usual one. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
};

export interface Caller {
  readonly settings: Settings;
  /** Tries until there is an answer, and reads its JSON. @throws ClientError; the signal's reason */
  call<O extends Operation>(operation: O, given: Given<O>): Promise<Operations[O]["answer"]>;
  /** Tries once; only the head of the answer has come. @throws ClientError; the signal's reason */
  once<O extends Operation>(operation: O, given: Given<O>): Promise<Response>;
}

/** Of an upload; so the largest file takes the five minutes for which Node.js waits for a request. */
const SLOWEST_BYTES_PER_MS = 70;
const LONGEST_UPLOAD_MS = 300_000;

export function createCaller(settings: Settings): Caller {
  const { runtime, idleMs } = settings;
  const once: Caller["once"] = (operation, given) => send(settings, operation, given);
  return {
    settings,
    once,
    async call(operation, given) {
      const patience = createPatience(runtime, settings.patience);
      for (;;) {
        try {
          return await readAnswer(await once(operation, given), { runtime, idleMs, signal: given.signal });
        } catch (error) {
          if (!(error instanceof ClientError) || !mayRepeat(operation, given, error)) throw error;
          await patience.pause(error, given.signal);
        }
      }
    },
  };
}

async function readAnswer<O extends Operation>(
  response: Response,
  options: ReadOptions,
): Promise<Operations[O]["answer"]> {
  return response.status === 204 ? undefined : readJson<Operations[O]["answer"]>(response, options);
}

/** A stream is gone once it was sent; 429 says that nothing was done. */
function mayRepeat<O extends Operation>(operation: O, given: Given<O>, error: ClientError): boolean {
  if (given.content?.bytes instanceof ReadableStream) return false;
  const harmless = given.repeatable ?? ROUTES[operation].method !== "POST";
  return harmless || ("status" in error && error.status === 429);
}

async function send<O extends Operation>(
  settings: Settings,
  operation: O,
  given: Given<O>,
): Promise<Response> {
  const { base, runtime, idleMs, timeoutMs } = settings;
  const { method, path, answers } = ROUTES[operation];
  const { signal, query = {} } = given;
  signal?.throwIfAborted();
  const url = addressOf(base, path, given.path ?? {}, query);
  const init: RequestInit & { duplex?: "half" } = {
    method,
    headers: await headersOf(settings, given),
    // Followed by hand by nobody: the API does not redirect, and login pages do.
    redirect: "manual",
    ...bodyOf(given),
  };
  const mostMs = (given.timeoutMs ?? timeoutMs) + travelMs(given.content);
  const response = await inTime(runtime, mostMs, signal, (stop) =>
    runtime.fetch(url, { ...init, signal: stop }),
  );
  if (answers.some(({ status }) => status === response.status)) return response;
  const error = await errorOf(response, { runtime, idleMs, signal });
  signal?.throwIfAborted();
  throw error;
}

async function headersOf<O extends Operation>(
  { authorization }: Settings,
  { headers, body, content, accept }: Given<O>,
): Promise<Record<string, string>> {
  const key = await authorization?.();
  const type = content?.mediaType ?? (body === undefined ? undefined : "application/json");
  return {
    ...(headers as Record<string, string> | undefined),
    ...(type === undefined ? {} : { "content-type": type }),
    ...(accept === undefined ? {} : { accept }),
    ...(key === undefined ? {} : { authorization: key }),
  };
}

function bodyOf<O extends Operation>({ body, content }: Given<O>): RequestInit & { duplex?: "half" } {
  if (content) return { body: content.bytes, duplex: "half" };
  return body === undefined ? {} : { body: JSON.stringify(body) };
}

/** How long bytes may be under way before anybody can answer; of a stream nobody knows how many there are. */
function travelMs(content: Content | undefined): number {
  if (content === undefined) return 0;
  const { bytes } = content;
  if (bytes instanceof ReadableStream) return LONGEST_UPLOAD_MS;
  return (bytes instanceof Blob ? bytes.size : bytes.length) / SLOWEST_BYTES_PER_MS;
}

/** @throws NetworkError when nothing comes in time, or nothing at all; the signal's reason */
async function inTime<T>(
  runtime: Runtime,
  ms: number,
  signal: AbortSignal | undefined,
  work: (stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const late = new AbortController();
  const stop = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
  void runtime.sleep(ms, over.signal).then(() => {
    if (!over.signal.aborted)
      late.abort(new NetworkError(`No answer came within ${Math.ceil(ms / 1000)} s.`));
  });
  try {
    return await work(stop);
  } catch (error) {
    signal?.throwIfAborted();
    if (late.signal.aborted) throw late.signal.reason;
    throw new NetworkError("The gateway cannot be reached.", { cause: error });
  } finally {
    over.abort();
  }
}
