/** Makes the bucket, trying again until it is there: the store may start later than the gateway. */
import type { ObjectStore } from "../artifacts/object-store.ts";
import { systemClock } from "../clock.ts";
import { AppError } from "../errors/app-error.ts";
import type { Logger } from "../telemetry/logger.ts";

const FIRST_MS = 100;
const LONGEST_MS = 5000;

export async function makeBucket(store: ObjectStore, logger: Logger, signal: AbortSignal): Promise<void> {
  let said = "";
  for (let pause = FIRST_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_MS)) {
    try {
      await store.ensureBucket();
      return;
    } catch (error) {
      const reason = error instanceof AppError ? error.detail : String(error);
      if (reason !== said) logger.warn("bucket not there yet", { reason });
      said = reason;
    }
    await systemClock.sleep(pause, signal);
  }
}
