/** The connections of one gateway process to Redis; what stands in their way is said once in the log. */
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
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
  reader(shard: string): Redis;
  /** How long one of them waits. */
  readonly blockMs: number;
  subscriber(): Redis;
}

/** @param more how connections are made in a runtime that has its own way */
export function createConnections(url: string, logger: Logger, more: ConnectionOptions = {}): Connections {
  const connections = createFaults(logger);
  const answers = createFaults(logger);
  const homes = homesOf(url);
  // What waits on a server that hangs learns only then that another has its place.
  const blockMs = homes ? DEFAULTS.cluster_block_ms : DEFAULTS.block_ms;
  const options: ConnectionOptions = {
    ...more,
    homes,
    onFault: connections.met,
    onReady: connections.over,
    // Without a connection there is no answer, but for those by which it is refused.
    onRefusal(fault, name) {
      if (!connections.isSaid(fault)) answers.met(fault, name);
    },
    onServed: answers.over,
  };
  return {
    commands: () => createCommandClient(url, options),
    reader: (shard) => createReaderClient(url, { shard, blockMs }, options),
    blockMs,
    subscriber: () => createSubscriberClient(url, options),
  };
}

/** All connections meet the same fault, and each of them with every attempt: it is said once, until it is over. */
function createFaults({ info, error }: Pick<Logger, "info" | "error">) {
  /** By the connection's name, where the address is of a cluster. */
  const said = new Map<string, string>();
  return {
    isSaid: (fault: string): boolean => [...said.values()].some((sentence) => fault.startsWith(sentence)),
    met(fault: string, name = ""): void {
      // Which server is asked for a shard that none has, or whose master is gone, may change with each attempt.
      const [sentence = fault] = name === "" ? [fault] : fault.split(`: ${name} on `);
      if (sentence !== said.get(name)) error("redis cannot be used", { fault });
      said.set(name, sentence);
    },
    over(name = ""): void {
      if (said.delete(name)) info("redis can be used again", name === "" ? {} : { where: name });
    },
  };
}
