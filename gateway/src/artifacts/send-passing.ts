/** Stores bytes that come from elsewhere meanwhile: no more of them is held than is under way. */
import type { Clock } from "../clock.ts";
import { storeUnavailable } from "../errors/dependencies.ts";
import type { PassingBytes } from "../passing-bytes.ts";
import type { ObjectStoreOptions, Send } from "./signed-requests.ts";

export interface PassingObject extends Pick<PassingBytes, "size" | "parts"> {
  mediaType: string;
  /** Signed with the request, where it is known. */
  sha256?: string;
  metadata: Record<string, string>;
}

export interface SendPassing extends Pick<ObjectStoreOptions, "pipe"> {
  send: Send;
  clock: Clock;
}

interface Passing {
  object: PassingObject;
  headers: Record<string, string>;
  /** Waited for an answer on top of the timeout, when all has been handed on: the store may have much to write still. */
  extraMs: number;
}

/** How long the store may take none of what waits for it. */
const STALL_MS = 10_000;

/** @throws what the parts throw, or AppError `store-unavailable`; in both cases the store has got less than it was promised, and keeps nothing */
export async function sendPassing(
  { send, pipe, clock }: SendPassing,
  path: string,
  { object, headers, extraMs }: Passing,
): Promise<void> {
  const { size, parts } = object;
  const { readable, writable } = pipe?.(size) ?? new TransformStream<Uint8Array, Uint8Array>();
  const handedOn = Promise.withResolvers<void>();
  let wrong: { cause: unknown } | undefined;
  const pump = async (): Promise<void> => {
    const writer = writable.getWriter();
    try {
      for await (const part of causeOf(parts, (cause) => (wrong = { cause })))
        await withoutStall(clock, writer.write(part));
      await writer.close();
    } catch (error) {
      // The request ends before its length: that is no object.
      writer.abort(error).catch(() => {});
    } finally {
      handedOn.resolve();
    }
  };
  const request = {
    ...{ method: "PUT", body: readable, duplex: "half", since: handedOn.promise, extraMs },
    headers: pipe ? headers : { ...headers, "content-length": String(size) },
  };
  const pumped = pump();
  try {
    const answer = await send(path, request, [200]);
    await answer.body?.cancel();
    await pumped;
  } catch (error) {
    if (wrong) throw wrong.cause;
    throw error;
  }
}

/** The same parts; notes what they threw, because what it becomes on its way through a request is somebody else's. */
async function* causeOf<T>(parts: AsyncIterable<T>, note: (cause: unknown) => void): AsyncGenerator<T> {
  try {
    yield* parts;
  } catch (cause) {
    note(cause);
    throw cause;
  }
}

async function withoutStall(clock: Clock, write: Promise<void>): Promise<void> {
  const stall = Promise.withResolvers<never>();
  const callOff = clock.after(STALL_MS, () => stall.reject(storeUnavailable(undefined)));
  try {
    await Promise.race([write, stall.promise]);
  } finally {
    callOff();
  }
}
