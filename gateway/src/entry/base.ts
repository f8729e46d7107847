/** What all roles of one gateway process share. */
import { createKeys, type Keys } from "@myspinbot/contracts/keys.ts";
import { systemClock } from "../clock.ts";
import type { Config } from "../config.ts";
import { createNodeTypes, type NodeTypes } from "../graphs/node-types.ts";
import { createConnections, type Connections } from "./redis-connections.ts";
import { createLogger, type Logger } from "../telemetry/logger.ts";
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

export function createBase(config: Config, extension: Extension, version: string): Base {
  const closers: (() => void)[] = [];
  const logger = createLogger({
    level: config.log_level,
    now: systemClock.now,
    write: (line) => process.stdout.write(`${line}\n`),
  });
  return {
    keys: createKeys(config.prefix),
    shards: Array.from({ length: config.shards }, (_, i) => `s${i}`),
    nodeTypes: createNodeTypes(extension),
    logger,
    redis: createConnections(config.redis_url, logger),
    version,
    onClose: (close) => closers.unshift(close),
    close: () => {
      for (const close of closers) close();
    },
  };
}
