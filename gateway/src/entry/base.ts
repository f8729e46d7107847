/** What all roles of one gateway process share. */
import { createKeys, type Keys } from "@myspinbot/contracts/keys.ts";
import { systemClock } from "../clock.ts";
import type { Config } from "../config.ts";
import { refusalOf } from "../errors/redis-faults.ts";
import { createNodeTypes, type NodeTypes } from "../graphs/node-types.ts";
import { createConnections, type Connections } from "./redis-connections.ts";
import { createLogger, type Logger } from "../telemetry/logger.ts";
import type { ConnectionOptions } from "../redis/client.ts";
import type { Extension } from "./extension.ts";

export interface Base {
  keys: Keys;
  shards: readonly string[];
  nodeTypes: NodeTypes;
  logger: Logger;
  redis: Connections;
  version: string;
  /** Remembers how to close something; `close` does it in reverse order. */
  onClose(close: () => void): void;
  close(): void;
}

export interface BaseDeps {
  config: Config;
  extension: Extension;
  version: string;
  /** Takes one line of the log. */
  write: (line: string) => void;
  /** How connections to Redis are made, where a runtime has its own way. */
  redisOptions?: ConnectionOptions;
}

export function createBase({ config, extension, version, write, redisOptions }: BaseDeps): Base {
  const closers: (() => void)[] = [];
  const logger = createLogger({
    ...{ level: config.log_level, now: systemClock.now, write },
    sentenceOf: refusalOf,
  });
  return {
    keys: createKeys(config.prefix),
    shards: Array.from({ length: config.shards }, (_, i) => `s${i}`),
    nodeTypes: createNodeTypes(extension),
    logger,
    redis: createConnections(config.redis_url, logger, redisOptions),
    version,
    onClose: (close) => closers.unshift(close),
    close: () => {
      for (const close of closers) close();
    },
  };
}
