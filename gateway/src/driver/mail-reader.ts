/** Reads one shard's mail and reports: one blocking read at a time, own pending entries first after each reconnect. */
import type { Clock } from "../clock.ts";
import type { Redis } from "../redis/client.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Driver } from "./driver.ts";
import { readEntries } from "./read-entries.ts";
import { ensureGroups, type SweepDeps } from "./sweeps.ts";
import { takeAll } from "./take-all.ts";

export interface MailReaderOptions {
  driver: Driver;
  sweep: SweepDeps;
  /** Makes the connection of the blocking reader. */
  createReader: (shard: string) => Redis;
  blockMs: number;
  logger: Logger;
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
}

const BATCH = 64;

async function readWhileConnected(options: MailReaderOptions, reader: Redis): Promise<void> {
  const { driver, sweep, signal } = options;
  await reader.connect();
  await ensureGroups(sweep);
  const readOwn = () => readEntries(reader, sweep, { from: "0", count: BATCH });
  for (let own = await readOwn(); own.length > 0; own = await readOwn()) {
    await takeAll(driver, own);
    // What could not be taken now is adopted later; asking again at once would turn in a circle.
    if (own.length < BATCH) break;
  }
  const fresh = { from: ">", count: BATCH, blockMs: options.blockMs } as const;
  while (!signal.aborted) await takeAll(driver, await readEntries(reader, sweep, fresh));
}

/** Reads until the signal; a lost connection is made again. */
export async function readMail(options: MailReaderOptions): Promise<void> {
  const { signal, logger, sweep, clock, random } = options;
  while (!signal.aborted) {
    const reader = options.createReader(options.sweep.shard);
    const cut = (): void => reader.disconnect();
    signal.addEventListener("abort", cut, { once: true });
    try {
      await readWhileConnected(options, reader);
    } catch (error) {
      if (!signal.aborted) logger.warn("mail reader interrupted", { shard: sweep.shard, error });
    } finally {
      signal.removeEventListener("abort", cut);
      reader.disconnect();
    }
    await clock.sleep(100 + random() * 400, signal);
  }
}
