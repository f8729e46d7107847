/**
 * Pulls tasks of one shard: one blocking read at a time on a connection of its own; puller.py is its twin. An
 * endless loop, so it runs under Node.js only.
 */
import { EXECUTOR } from "@myspinbot/contracts/wire.ts";
import type { Redis } from "../redis/client.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Backoff } from "./backoff.ts";
import type { HeldTasks } from "./held-tasks.ts";
import type { EntrySource } from "./intake.ts";
import type { Entry } from "./steps.ts";
import type { TaskReader } from "./task-reader.ts";

export interface PullerOptions {
  shard: string;
  /** A connection for blocking reads that never sends a read again by itself. */
  connection: Redis;
  reader: TaskReader;
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
  readonly shard: string;
  /** Resolves when `stop` was called and the connection is closed. */
  run(): Promise<void>;
  /** Ends a read that waits; what its connection was given meanwhile is found. */
  interrupt(): void;
  /** Ends the read that waits now if it goes on waiting: its connection was given something that did not come. */
  doubt(): void;
  stop(): void;
}

export function createPuller(options: PullerOptions): Puller {
  const { shard, connection, reader, blockMs, held, accept, backoff, clock, logger } = options;
  const stopped = new AbortController();
  let connections = 0;
  let recovered = true;
  /** The read that waits. */
  let reading: symbol | undefined;

  connection.on("ready", () => {
    connections += 1;
    if (connections === 1) return;
    recovered = false;
    options.onReconnected();
  });

  /** Beyond that the connection counts as dead. */
  const bounded = async (longest: number, read: () => Promise<Entry[]>): Promise<Entry[]> => {
    const callOff = clock.after(longest + EXECUTOR.read_slack_ms, () => connection.disconnect(true));
    reading = Symbol("read");
    try {
      return await read();
    } finally {
      callOff();
      reading = undefined;
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
      for (const entry of await bounded(0, () => reader.ownPending(count))) accept(entry, "recovered");
    } catch (error) {
      recovered = false;
      throw error;
    }
  };

  const pull = async () => {
    await whenReady(connection, stopped.signal);
    if (!recovered) await recover();
    await held.whenFree(stopped.signal);
    if (stopped.signal.aborted) return;
    // Closed, or filled by another shard, in the same turn: a count of 0 would ask for everything.
    const places = held.free();
    if (places <= 0) return;
    for (const entry of await bounded(blockMs, () => reader.read(places, blockMs))) accept(entry, "read");
    backoff.reset();
  };

  const interrupt = () => {
    if (reading) connection.disconnect(true);
  };

  return {
    shard,
    async run() {
      connection.connect().catch((error: unknown) => logger.warn("redis not reached", { shard, error }));
      while (!stopped.signal.aborted) {
        try {
          await pull();
        } catch (error) {
          if (stopped.signal.aborted) break;
          // A missing group is made with the first task of the pool; a lost connection comes back by itself.
          logger.debug("no tasks pulled", { shard, error });
          await clock.sleep(backoff.next(), stopped.signal);
        }
      }
    },
    interrupt,
    doubt() {
      const doubted = reading;
      clock.after(EXECUTOR.read_slack_ms, () => {
        if (reading === doubted) interrupt();
      });
    },
    stop() {
      stopped.abort();
      connection.disconnect();
    },
  };
}

function whenReady(connection: Redis, stopped: AbortSignal): Promise<void> {
  if (connection.status === "ready" || stopped.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      connection.off("ready", end);
      stopped.removeEventListener("abort", end);
      resolve();
    };
    connection.once("ready", end);
    stopped.addEventListener("abort", end);
  });
}
