/** Makes the three kinds of Redis connection that the gateway has: commands, blocking reads, subscriptions. */
import type { Redis as Client, RedisOptions } from "ioredis";
import { readRedisAddress, type RedisAddress } from "../addresses.ts";
import { systemClock, systemRandom, type Clock } from "../clock.ts";
import { ELSEWHERE } from "../errors/redis-faults.ts";
import { createHomes, type Homes } from "./cluster-homes.ts";
import { Connection, tlsOptions, type Home } from "./connection.ts";
import { Sharded } from "./sharded.ts";

export type Redis = Client;

/** Makes the sockets of a connection, in place of the runtime's own. */
export type Connector = NonNullable<RedisOptions["Connector"]>;

export interface ConnectionOptions extends RedisOptions {
  /** Told what stands in the way of a connection, again with each attempt; with its name where the address is of a cluster. */
  onFault?: (sentence: string, name?: string) => void;
  /** Told that a connection can be used. */
  onReady?: (name?: string) => void;
  /** Told what the server answers in place of what it was asked for, as long as it does so: its disk is full. */
  onRefusal?: (sentence: string, name?: string) => void;
  /** Told that it has done what it had refused. */
  onServed?: (name?: string) => void;
  /** Only grows, in ms. */
  elapsed?: () => number;
  /** Spreads the attempts of many connections. */
  random?: () => number;
  /** Calls behind all that has come in by now: till then commands are gathered, and go out in one write. */
  behind?: (send: () => void) => void;
  /** Where the shards of a cluster lie, for connections that learn it together. */
  homes?: Homes | undefined;
}

/** A reply that asks for another server is sent again once; who gets it again within this time is told. */
const RESEND_AFTER_MS = 2000;

const COMMON: RedisOptions = {
  protocol: 2,
  lazyConnect: true,
  disableClientInfo: true,
  // Shorter than a command may wait, so that the command can say why.
  connectTimeout: 1500,
};

let latest: { url: string; address: RedisAddress } | undefined;

/** Of the same address there are many connections: where each request has its own it is read once for all of them. */
function addressOf(url: string): RedisAddress {
  if (latest?.url !== url) latest = { url, address: readRedisAddress(url) };
  return latest.address;
}

/** What connections to all servers of an address have in common. */
function commonOf(url: string): RedisOptions {
  const { user, tls, cluster: _, ...place } = addressOf(url);
  return {
    ...COMMON,
    ...place,
    ...(user === undefined ? {} : { username: user }),
    ...(tls ? { tls: tlsOptions(place.host) } : {}),
  };
}

/** Where the shards of a cluster lie; undefined for the address of a single server. */
export function homesOf(url: string): Homes | undefined {
  const { cluster } = addressOf(url);
  return cluster && createHomes(cluster, commonOf(url));
}

function connect(
  url: string,
  {
    onFault = () => {},
    onReady = () => {},
    onRefusal = () => {},
    onServed = () => {},
    random = systemRandom,
    behind,
    homes: _,
    ...options
  }: ConnectionOptions,
  home?: Home,
): Redis {
  const retryStrategy = (attempt: number): number =>
    Math.min(50 * 2 ** Math.min(attempt, 5), 1000) + random() * 100;
  return new Connection(
    { ...commonOf(url), retryStrategy, ...options },
    {
      onFault: (sentence) => onFault(sentence, home?.name),
      onRefusal: (sentence) => onRefusal(sentence, home?.name),
      onServed: () => onServed(home?.name),
      onReady: () => onReady(home?.name),
      behind,
      home,
    },
  );
}

/**
 * For commands and scripts: fails within about two seconds when Redis is away, so that a request can be answered 503.
 * A repeated command is harmless, because every script is safe to run twice.
 */
export function createCommandClient(
  url: string,
  { elapsed = systemClock.elapsed, homes = homesOf(url), ...options }: ConnectionOptions = {},
): Redis {
  const open = (home?: Home): Redis => {
    let resentAt = -Infinity;
    const commands: ConnectionOptions = {
      maxRetriesPerRequest: 1,
      commandTimeout: 2000,
      // Replaces a connection whose other end is gone; it is armed only while a command waits.
      socketTimeout: 3000,
      reconnectOnError(error) {
        if (!ELSEWHERE.test(error.message)) return false;
        const isFirst = elapsed() - resentAt > RESEND_AFTER_MS;
        if (isFirst) resentAt = elapsed();
        return isFirst ? 2 : 1;
      },
    };
    return connect(url, { ...commands, ...options }, home);
  };
  return homes ? new Sharded((shard) => open(homes.of(shard))) : open();
}

/**
 * For one blocking reader. Never sends a read again by itself: entries given to a dead connection stay pending and are
 * read with id 0 after the reconnect.
 */
export function createReaderClient(
  url: string,
  /** `blockMs` is the longest BLOCK it is used with, `shard` the one of which it reads. */
  { blockMs, shard }: { blockMs: number; shard: string },
  { homes = homesOf(url), ...options }: ConnectionOptions = {},
): Redis {
  const reads: ConnectionOptions = {
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    socketTimeout: blockMs + 2000,
    reconnectOnError: ({ message }) => ELSEWHERE.test(message) || message.includes("instance state changed"),
  };
  return connect(url, { ...reads, ...options }, homes?.of(shard));
}

/** How often a subscription to a server of a cluster asks whether that still answers. */
const ASK_EVERY_MS = 10_000;

/**
 * For subscriptions; subscribes again by itself after a reconnect. In a cluster it leaves a server that hangs: nothing is
 * heard there, and all others would do.
 */
export function createSubscriberClient(
  url: string,
  { homes = homesOf(url), ...options }: ConnectionOptions = {},
  after: Clock["after"] = systemClock.after,
): Redis {
  const dead = homes ? { socketTimeout: 3000 } : {};
  const subscriber = connect(url, { maxRetriesPerRequest: null, ...dead, ...options }, homes?.any);
  if (homes) askAgainAndAgain(subscriber, after);
  return subscriber;
}

function askAgainAndAgain(subscriber: Redis, after: Clock["after"]): void {
  let callOff = (): void => {};
  const later = (): void => {
    callOff = after(ASK_EVERY_MS, () => {
      // Without an answer the connection ends, and says so.
      subscriber.ping().catch(() => {});
      later();
    });
  };
  subscriber.on("ready", () => {
    callOff();
    later();
  });
  subscriber.on("close", () => callOff());
}
