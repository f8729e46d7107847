/** The connections of one gateway process to Redis; what stands in their way is said once in the log. */
import type { Logger } from "../telemetry/logger.ts";
import {
  createCommandClient,
  createReaderClient,
  createSubscriberClient,
  homesOf,
  type ConnectionOptions,
  type Redis,
} from "../redis/client.ts";

export interface Connections {
  commands(): Redis;
  /** For blocking reads of one shard. */
  reader(shard: string, blockMs: number): Redis;
  subscriber(): Redis;
}

/** @param more how connections are made in a runtime that has its own way */
export function createConnections(url: string, logger: Logger, more: ConnectionOptions = {}): Connections {
  /** By the connection's name, where the address is of a cluster. */
  const said = new Map<string, string>();
  const options: ConnectionOptions = {
    ...more,
    homes: homesOf(url),
    onFault(fault, name = "") {
      // All connections meet the same fault, and each of them with every attempt.
      if (fault !== said.get(name)) logger.error("redis cannot be used", { fault });
      said.set(name, fault);
    },
    onReady(name = "") {
      if (said.delete(name)) logger.info("redis can be used again", name === "" ? {} : { where: name });
    },
  };
  return {
    commands: () => createCommandClient(url, options),
    reader: (shard, blockMs) => createReaderClient(url, { shard, blockMs }, options),
    subscriber: () => createSubscriberClient(url, options),
  };
}
