/**
 * Pulls tasks of one shard: one blocking read at a time on a connection of its own; puller.py is its twin. An
 * endless loop, so it runs under Node.js only.
 */
import { EXECUTOR, GROUPS } from "@myspinbot/contracts/wire.ts";
import type { Redis } from "../redis/client.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Backoff } from "./backoff.ts";
import type { HeldTasks } from "./held-tasks.ts";
import type { EntrySource } from "./intake.ts";
import type { Entry } from "./steps.ts";

export interface PullerOptions {
  shard: string;
  /** Key of the shard's task stream. */
  stream: string;
  /** A connection for blocking reads that never sends a read again by itself. */
  reader: Redis;
  consumer: string;
  blockMs: number;
  held: HeldTasks;
  accept(entry: Entry, source: EntrySource): void;
  /** The connection was lost and made again. */
  onReconnected(): void;
  backoff: Backoff;
  clock: Clock;
  logger: Logger;
}

export interface Puller {
  /** Resolves when `stop` was called and the connection is closed. */
  run(): Promise<void>;
  /** Ends a read that waits; what its connection was given meanwhile is found. */
  interrupt(): void;
  stop(): void;
}

type Row = [id: string, fields: string[] | null];
export type Reply = [stream: string, rows: Row[]][] | null;

export function createPuller(options: PullerOptions): Puller {
  const { shard, stream, reader, consumer, blockMs, held, accept, backoff, clock, logger } = options;
  const stopped = new AbortController();
  let connections = 0;
  let recovered = true;
  let isReading = false;

  reader.on("ready", () => {
    connections += 1;
    if (connections === 1) return;
    recovered = false;
    options.onReconnected();
  });

  const read = async (count: number, from: "0" | ">"): Promise<Row[]> => {
    const block = from === ">" ? ["BLOCK", blockMs] : [];
    const args = ["GROUP", GROUPS.executors, consumer, "COUNT", count, ...block, "STREAMS", stream, from];
    // Beyond that the connection counts as dead.
    const longest = (from === ">" ? blockMs : 0) + EXECUTOR.read_slack_ms;
    const callOff = clock.after(longest, () => reader.disconnect(true));
    isReading = true;
    try {
      const reply = (await reader.call("XREADGROUP", ...args)) as Reply;
      return reply?.[0]?.[1] ?? [];
    } finally {
      callOff();
      isReading = false;
    }
  };

  /**
   * What a lost connection was given comes before anything new, and behind what is held; if there is more, the renewals
   * find it.
   */
  const recover = async () => {
    recovered = true;
    try {
      const count = held.inShard(shard).length + EXECUTOR.recovered_entries;
      for (const row of await read(count, "0")) accept(toEntry(row), "recovered");
    } catch (error) {
      recovered = false;
      throw error;
    }
  };

  const pull = async () => {
    await whenReady(reader, stopped.signal);
    if (!recovered) await recover();
    await held.whenFree(stopped.signal);
    if (stopped.signal.aborted) return;
    // Closed, or filled by another shard, in the same turn: a count of 0 would ask for everything.
    const places = held.free();
    if (places <= 0) return;
    for (const row of await read(places, ">")) accept(toEntry(row), "read");
    backoff.reset();
  };

  return {
    async run() {
      reader.connect().catch((error: unknown) => logger.warn("redis not reached", { stream, error }));
      while (!stopped.signal.aborted) {
        try {
          await pull();
        } catch (error) {
          if (stopped.signal.aborted) break;
          // A missing group is made with the first task of the pool; a lost connection comes back by itself.
          logger.debug("no tasks pulled", { stream, error });
          await clock.sleep(backoff.next(), stopped.signal);
        }
      }
    },
    interrupt() {
      if (isReading) reader.disconnect(true);
    },
    stop() {
      stopped.abort();
      reader.disconnect();
    },
  };
}

/** A row without fields is an entry that was deleted while it was pending. */
export function toEntry([id, fields]: Row): Entry {
  const at = (name: string) => fields?.[fields.indexOf(name) + 1] ?? "";
  return fields?.includes("task") ? { id, task: at("task"), body: at("body") } : { id, task: "", body: "" };
}

function whenReady(reader: Redis, stopped: AbortSignal): Promise<void> {
  if (reader.status === "ready" || stopped.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      reader.off("ready", end);
      stopped.removeEventListener("abort", end);
      resolve();
    };
    reader.once("ready", end);
    stopped.addEventListener("abort", end);
  });
}
