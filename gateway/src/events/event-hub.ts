/** Listens to the channels of all runs that somebody follows: one subscriber per process, one question per second. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { Clock } from "../clock.ts";
import type { Redis } from "../redis/client.ts";
import { inShard } from "../redis/sharded.ts";
import { shardOfRun } from "../run-id.ts";
import type { Logger } from "../telemetry/logger.ts";
import { fromMessage } from "./event.ts";
import { RunWatch } from "./run-watch.ts";

export interface EventHub {
  /** Begins to listen before it returns; what was published earlier is in the log. */
  watch(run: string): RunWatch;
  /** Ends all watches; each reader then closes its stream. */
  close(): void;
}

export interface EventHubOptions {
  redis: Redis;
  subscriber: Redis;
  keys: Keys;
  clock: Clock;
  logger: Logger;
  /** How often to ask for the length of the watched logs, because a last message can be lost. */
  pollMs?: number;
}

export function createEventHub({
  redis,
  subscriber,
  keys,
  clock,
  logger,
  pollMs = 1000,
}: EventHubOptions): EventHub {
  const watches = new Map<string, Set<RunWatch>>();
  const runOfChannel = new Map<string, string>();
  let callOff: (() => void) | undefined;
  let closed = false;

  subscriber.on("message", (channel: string, message: string) => {
    const run = runOfChannel.get(channel);
    const event = run && fromMessage(run, message);
    if (event) for (const watch of watches.get(run) ?? []) watch.heard(event, message.length);
  });

  /** One pipeline per shard: its keys may lie on a server of their own. */
  const askSeqs = async (): Promise<void> => {
    const byShard = Map.groupBy(watches.keys(), shardOfRun);
    await Promise.all(
      Array.from(byShard, async ([shard, runs]) => {
        const pipeline = inShard(redis, shard).pipeline();
        for (const run of runs) pipeline.hget(keys.run(shard, run), "seq");
        const replies = (await pipeline.exec()) ?? [];
        replies.forEach(([, seq], index) => {
          for (const watch of watches.get(runs[index]!) ?? []) watch.reached(Number(seq ?? 0));
        });
      }),
    );
  };

  const poll = (): void => {
    callOff = clock.after(pollMs, () => {
      askSeqs()
        .catch((error: unknown) => logger.debug("event hub could not ask for the length of logs", { error }))
        .finally(() => {
          callOff = undefined;
          if (!closed && watches.size > 0) poll();
        });
    });
  };

  /** A subscription that fails only costs time: the poll finds what is new. */
  const told = (reply: Promise<unknown>): void => {
    reply.catch((error: unknown) => logger.debug("event hub could not change its subscriptions", { error }));
  };

  const leave = (run: string, channel: string, watch: RunWatch): void => {
    const readers = watches.get(run);
    if (!readers?.delete(watch) || readers.size > 0) return;
    watches.delete(run);
    runOfChannel.delete(channel);
    if (!closed) told(subscriber.unsubscribe(channel));
  };

  return {
    watch(run) {
      const channel = keys.channels.run(shardOfRun(run), run);
      const watch: RunWatch = new RunWatch(clock, () => leave(run, channel, watch));
      if (closed) {
        watch.end();
        return watch;
      }
      const readers = watches.get(run);
      if (readers) {
        readers.add(watch);
      } else {
        watches.set(run, new Set([watch]));
        runOfChannel.set(channel, run);
        told(subscriber.subscribe(channel));
      }
      if (callOff === undefined) poll();
      return watch;
    },
    close() {
      closed = true;
      callOff?.();
      for (const readers of watches.values()) for (const watch of [...readers]) watch.end();
    },
  };
}
