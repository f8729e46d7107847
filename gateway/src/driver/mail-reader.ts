/** Reads one shard's mail and reports: one blocking read at a time, own pending entries first after each reconnect. */
import { GROUPS } from "@myspinbot/contracts/wire.ts";
import type { Clock } from "../clock.ts";
import type { Redis } from "../redis/client.ts";
import { toRecord } from "../redis/flat.ts";
import type { Logger } from "../telemetry/logger.ts";
import { sourceStream, type Entry } from "./collect.ts";
import type { Driver } from "./driver.ts";
import { ensureGroups, type SweepDeps } from "./sweeps.ts";

export interface MailReaderOptions {
  driver: Driver;
  sweep: SweepDeps;
  /** Makes the connection of the blocking reader. */
  createReader: () => Redis;
  blockMs: number;
  log: Logger;
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
}

type StreamRows = [stream: string, rows: [id: string, flat: string[] | null][]][];
const BATCH = 64;

/** Entries of one run are taken in order; different runs side by side. */
export async function takeAll(driver: Driver, entries: Entry[]): Promise<void> {
  const byRun = Map.groupBy(entries, (entry) => entry.fields.run ?? "");
  await Promise.all(
    [...byRun.values()].map(async (list) => {
      for (const entry of list) await driver.take(entry);
    }),
  );
}

async function read(options: MailReaderOptions, reader: Redis, from: ">" | "0"): Promise<Entry[]> {
  const { keys, shard, pools, consumer } = options.sweep;
  const sources = ["mail", ...pools];
  const streams = sources.map((source) => sourceStream(keys, shard, source));
  const block = from === ">" ? ["BLOCK", options.blockMs] : [];
  const from_ = streams.map(() => from);
  const args = ["GROUP", GROUPS.drivers, consumer, "COUNT", BATCH, ...block, "STREAMS", ...streams, ...from_];
  const answer = (await reader.call("XREADGROUP", ...args)) as StreamRows | null;
  return (answer ?? []).flatMap(([stream, rows]) => {
    const source = sources[streams.indexOf(stream)] ?? "";
    return rows.map(([id, flat]) => ({ shard, source, id, fields: toRecord(flat ?? []) }));
  });
}

async function readWhileConnected(options: MailReaderOptions, reader: Redis): Promise<void> {
  const { driver, sweep, signal } = options;
  await reader.connect();
  await ensureGroups(sweep);
  for (let own = await read(options, reader, "0"); own.length > 0; own = await read(options, reader, "0")) {
    await takeAll(driver, own);
    // What could not be taken now is adopted later; asking again at once would turn in a circle.
    if (own.length < BATCH) break;
  }
  while (!signal.aborted) await takeAll(driver, await read(options, reader, ">"));
}

/** Reads until the signal; a lost connection is made again. */
export async function readMail(options: MailReaderOptions): Promise<void> {
  const { signal, log, sweep, clock, random } = options;
  while (!signal.aborted) {
    const reader = options.createReader();
    const cut = (): void => reader.disconnect();
    signal.addEventListener("abort", cut, { once: true });
    try {
      await readWhileConnected(options, reader);
    } catch (error) {
      if (!signal.aborted) log.warn("mail reader interrupted", { shard: sweep.shard, error });
    } finally {
      signal.removeEventListener("abort", cut);
      reader.disconnect();
    }
    await clock.sleep(100 + random() * 400, signal);
  }
}
