/** Makes the three kinds of Redis connection that the gateway has: commands, blocking reads, subscriptions. */
import { Redis, type RedisOptions } from "ioredis";

export type { Redis } from "ioredis";

const COMMON: RedisOptions = {
  protocol: 2,
  lazyConnect: true,
  disableClientInfo: true,
  connectTimeout: 2000,
  retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 5), 1000) + Math.random() * 100,
};

/** A client whose errors wait for their command instead of crashing the process. */
function connect(url: string, options: RedisOptions): Redis {
  const merged: RedisOptions = { ...COMMON, ...options };
  const redis = new Redis(url, merged as never);
  redis.on("error", () => {
    // Each command that cannot be sent fails by itself; a connection error alone is no news.
  });
  return redis;
}

/**
 * For commands and scripts: fails within about two seconds when Redis is away, so that a request can be answered 503.
 * A repeated command is harmless, because every script is safe to run twice.
 */
export function createCommandClient(url: string, options: RedisOptions = {}): Redis {
  // The socket's own limit replaces a connection whose other end is gone; it is armed only while a command waits.
  return connect(url, { maxRetriesPerRequest: 1, commandTimeout: 2000, socketTimeout: 3000, ...options });
}

/**
 * For one blocking reader. Never sends a read again by itself: entries given to a dead connection stay pending and are
 * read with id 0 after the reconnect. `blockMs` is the longest BLOCK it is used with.
 */
export function createReaderClient(url: string, blockMs: number, options: RedisOptions = {}): Redis {
  return connect(url, {
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    socketTimeout: blockMs + 2000,
    ...options,
  });
}

/** For subscriptions; subscribes again by itself after a reconnect. */
export function createSubscriberClient(url: string, options: RedisOptions = {}): Redis {
  return connect(url, { maxRetriesPerRequest: null, ...options });
}
