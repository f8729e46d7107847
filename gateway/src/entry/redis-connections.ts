/** The connections of one gateway process to Redis; what stands in their way is said once in the log. */
import type { Logger } from "../telemetry/logger.ts";
import {
  createCommandClient,
  createReaderClient,
  createSubscriberClient,
  type ConnectionOptions,
  type Redis,
} from "../redis/client.ts";

export interface Connections {
  commands(): Redis;
  reader(blockMs: number): Redis;
  subscriber(): Redis;
}

/** @param more how connections are made in a runtime that has its own way */
export function createConnections(url: string, logger: Logger, more: ConnectionOptions = {}): Connections {
  let said = "";
  const options: ConnectionOptions = {
    ...more,
    onFault(fault) {
      // All connections meet the same fault, and each of them with every attempt.
      if (fault !== said) logger.error("redis cannot be used", { fault });
      said = fault;
    },
  };
  const watched = (redis: Redis): Redis =>
    redis.on("ready", () => {
      if (said !== "") logger.info("redis can be used again");
      said = "";
    });
  return {
    commands: () => watched(createCommandClient(url, options)),
    reader: (blockMs) => watched(createReaderClient(url, blockMs, options)),
    subscriber: () => watched(createSubscriberClient(url, options)),
  };
}
