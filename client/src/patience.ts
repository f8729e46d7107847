/** How long and how often something is tried again. */
import type { ClientError } from "./errors.ts";
import type { Runtime } from "./runtime.ts";

export interface PatienceSettings {
  /** Without any progress for so long, the last failure is what comes out. */
  patienceMs: number;
  /** The first pause, about; each further one is twice as long. */
  firstMs: number;
  mostMs: number;
}

export interface Patience {
  /** Something came: counting begins anew. */
  progress(): void;
  /** Pauses before the next try. @throws the failure itself, when another try makes no sense; the signal's reason */
  pause(failure: ClientError, signal?: AbortSignal): Promise<void>;
}

/** @param onPause hears of each failure that is followed by another try */
export function createPatience(
  runtime: Runtime,
  { patienceMs, firstMs, mostMs }: PatienceSettings,
  onPause?: (failure: ClientError) => void,
): Patience {
  let failures = 0;
  let since = runtime.elapsed();
  return {
    progress() {
      failures = 0;
      since = runtime.elapsed();
    },
    async pause(failure, signal) {
      signal?.throwIfAborted();
      // Many clients of one server that went away must not come back at the same moment.
      const backoff = Math.min(mostMs, firstMs * 2 ** failures) * (0.5 + runtime.random() / 2);
      const ms = Math.max(backoff, failure.retryAfterMs ?? 0);
      if (!failure.retryable || runtime.elapsed() - since + ms > patienceMs) throw failure;
      failures += 1;
      onPause?.(failure);
      await runtime.sleep(ms, signal);
      signal?.throwIfAborted();
    },
  };
}
