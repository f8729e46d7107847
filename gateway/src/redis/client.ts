/** Makes the three kinds of Redis connection that the gateway has: commands, blocking reads, subscriptions. */
import { Redis as Client, type RedisOptions } from "ioredis";
import { readRedisAddress } from "../addresses.ts";
import { systemClock, systemRandom } from "../clock.ts";
import { ELSEWHERE, faultOf } from "../errors/redis-faults.ts";

export type Redis = Client;

/** Makes the sockets of a connection, in place of the runtime's own. */
export type Connector = NonNullable<RedisOptions["Connector"]>;

export interface ConnectionOptions extends RedisOptions {
  /** Told what stands in the way of a connection, again with each attempt. */
  onFault?: (sentence: string) => void;
  /** Only grows, in ms. */
  elapsed?: () => number;
  /** Spreads the attempts of many connections. */
  random?: () => number;
  /** Calls behind all that has come in by now: till then commands are gathered, and go out in one write. */
  behind?: (send: () => void) => void;
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

/** A name is told to the server that has certificates for several; an address must not be. */
const IS_ADDRESS = /:|^[\d.]+$/;

function placeOf(url: string): RedisOptions {
  const { user, tls, host, ...place } = readRedisAddress(url);
  return {
    ...place,
    ...(host === undefined ? {} : { host }),
    ...(user === undefined ? {} : { username: user }),
    ...(tls ? { tls: IS_ADDRESS.test(host ?? "") ? {} : { servername: host ?? "" } } : {}),
  };
}

/** Errors of commands name what stands in the way of the connection. */
class Connection extends Client {
  /** Why there is no connection at the moment. */
  #fault: Error | undefined;
  private readonly behind: ConnectionOptions["behind"];

  constructor(
    options: RedisOptions,
    { onFault, behind }: Pick<ConnectionOptions, "behind"> & { onFault: (sentence: string) => void },
  ) {
    super(options as never);
    this.behind = behind;
    let wasReady = false;
    this.on("ready", () => {
      wasReady = true;
      this.#fault = undefined;
    });
    const meet = (error: Error): void => {
      this.#fault = error;
      const sentence = faultOf(error);
      if (sentence !== undefined) onFault(sentence);
      // The client would go on in database 0, which is not the one that was asked for.
      if (error.message.includes("DB index is out of range")) this.disconnect(true);
    };
    // Each command that cannot be sent fails by itself; without a listener the process would end.
    this.on("error", meet);
    this.on("close", () => {
      if (!wasReady && this.#fault === undefined && this.status !== "end")
        meet(Object.assign(new Error("closed before an answer"), { code: "ECONNRESET" }));
      wasReady = false;
    });
  }

  override sendCommand(...args: Parameters<Client["sendCommand"]>): unknown {
    gather(this.stream, this.behind);
    const reply = super.sendCommand(...args);
    args[0].promise.catch((error: unknown) => {
      if (error instanceof Error && error.name !== "ReplyError" && error !== this.#fault)
        error.cause ??= this.#fault;
    });
    return reply;
  }
}

/** A write costs more than the commands in it, on both sides. */
function gather(stream: Client["stream"] | undefined, behind: ConnectionOptions["behind"]): void {
  if (behind === undefined || !stream?.writable || stream.writableCorked > 0) return;
  stream.cork();
  behind(() => stream.uncork());
}

function connect(
  url: string,
  { onFault = () => {}, random = systemRandom, behind, ...options }: ConnectionOptions,
): Redis {
  const retryStrategy = (attempt: number): number =>
    Math.min(50 * 2 ** Math.min(attempt, 5), 1000) + random() * 100;
  return new Connection({ ...COMMON, retryStrategy, ...placeOf(url), ...options }, { onFault, behind });
}

/**
 * For commands and scripts: fails within about two seconds when Redis is away, so that a request can be answered 503.
 * A repeated command is harmless, because every script is safe to run twice.
 */
export function createCommandClient(
  url: string,
  { elapsed = systemClock.elapsed, ...options }: ConnectionOptions = {},
): Redis {
  let resentAt = -Infinity;
  return connect(url, {
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
    ...options,
  });
}

/**
 * For one blocking reader. Never sends a read again by itself: entries given to a dead connection stay pending and are
 * read with id 0 after the reconnect. `blockMs` is the longest BLOCK it is used with.
 */
export function createReaderClient(url: string, blockMs: number, options: ConnectionOptions = {}): Redis {
  return connect(url, {
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    socketTimeout: blockMs + 2000,
    reconnectOnError: ({ message }) => ELSEWHERE.test(message) || message.includes("instance state changed"),
    ...options,
  });
}

/** For subscriptions; subscribes again by itself after a reconnect. */
export function createSubscriberClient(url: string, options: ConnectionOptions = {}): Redis {
  return connect(url, { maxRetriesPerRequest: null, ...options });
}
