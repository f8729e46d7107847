/** Reads a body bit by bit, and does not wait for ever for the next bit. */
import { NetworkError } from "./errors.ts";
import type { Runtime } from "./runtime.ts";

export interface ReadOptions {
  runtime: Runtime;
  /** Silence that means that nobody is there any more. */
  idleMs: number;
  signal?: AbortSignal | undefined;
}

/** @throws NetworkError when the body breaks off or falls silent; the signal's reason */
export async function* readChunks(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  { runtime, idleMs, signal }: ReadOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const step = await orSilence(reader.read(), { runtime, idleMs, signal });
      if (step.done) return;
      yield step.value;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof NetworkError ? error : new NetworkError("The answer broke off.", { cause: error });
  } finally {
    // Also when the reader of this generator leaves early: else the connection stays open.
    void reader.cancel().catch(() => undefined);
  }
}

async function orSilence<T>(step: Promise<T>, { runtime, idleMs, signal }: ReadOptions): Promise<T> {
  const over = new AbortController();
  const stop = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  const silence = runtime.sleep(idleMs, stop).then(() => {
    signal?.throwIfAborted();
    throw new NetworkError("The answer fell silent.");
  });
  try {
    return await Promise.race([step, silence]);
  } finally {
    // Whichever loses has nobody who listens.
    step.catch(() => undefined);
    silence.catch(() => undefined);
    over.abort();
  }
}
