/** A cluster as one client: each command goes to the server on which the shard of its keys lies. */
import { Redis as Client } from "ioredis";
import { Connection } from "./connection.ts";

/** In a key, and in the name of a channel. */
const SHARD = /\{(s\d{1,4})\}/;

/** Has a connection for each shard that was ever asked for something, so that none waits for the server of another. */
export class Sharded extends Client {
  readonly #connections = new Map<string, Client>();
  readonly #open: (shard: string) => Client;

  /** @param open makes the connection to the server of a shard */
  constructor(open: (shard: string) => Client) {
    super({ lazyConnect: true });
    this.#open = open;
  }

  of(shard: string): Client {
    let connection = this.#connections.get(shard);
    if (!connection) {
      connection = this.#open(shard);
      connection.on("ready", () => this.emit("ready"));
      this.#connections.set(shard, connection);
    }
    return connection;
  }

  override sendCommand(...args: Parameters<Client["sendCommand"]>): unknown {
    const [command, pipeline] = args;
    const named = command.args.find((arg) => typeof arg === "string" && SHARD.test(arg));
    const shard = shardOfName(String(named ?? ""));
    if (pipeline || shard === undefined)
      throw new TypeError(`${command.name} is for the server of one shard, which must be named`);
    return this.of(shard).sendCommand(command);
  }

  override disconnect(reconnect = false): void {
    for (const connection of this.#connections.values()) connection.disconnect(reconnect);
  }
}

/** Of which shard a key is; undefined for a name that is none of ours. */
export function shardOfName(name: string): string | undefined {
  return SHARD.exec(name)?.[1];
}

/** The server of a shard, for what names no key of it, or several at once; of a single server itself. */
export function inShard(redis: Client, shard: string): Client {
  return redis instanceof Sharded ? redis.of(shard) : redis;
}

/** The servers that hold these shards: one for all of them, or for each its own, which may be the same. */
export function serversOf(redis: Client, shards: readonly string[]): Client[] {
  return redis instanceof Sharded ? shards.map((shard) => redis.of(shard)) : [redis];
}

/** Each server that holds one of these shards, once: what is asked of a server as a whole is asked there. */
export async function eachServerOf(redis: Client, shards: readonly string[]): Promise<Client[]> {
  const named = serversOf(redis, shards).map(
    async (server) => [/^run_id:(\S+)/m.exec(await server.info("server"))?.[1], server] as const,
  );
  return [...new Map(await Promise.all(named)).values()];
}

/** Of a cluster: which shard, and on which server it was last looked for. */
export function placeOf(redis: Client): string | undefined {
  return redis instanceof Connection ? redis.place : undefined;
}

/** Whether it speaks with a cluster, or with the server of one of its shards. */
export function isClustered(redis: Client): boolean {
  return redis instanceof Sharded || (redis instanceof Connection && redis.home !== undefined);
}
