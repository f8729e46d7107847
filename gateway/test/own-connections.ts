/** A connection for each request, as runtimes want it whose sockets must not be shared; notes who uses it, and when. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { ObjectStore } from "../src/artifacts/object-store.ts";
import { createConnected, type Connect } from "../src/connected.ts";
import { createEventHub } from "../src/events/event-hub.ts";
import type { ProcessWide } from "../src/process-wide.ts";
import { createCommandClient, createSubscriberClient, type Redis } from "../src/redis/client.ts";

export interface Opened {
  /** Whose request it was opened for. */
  by: string | undefined;
  closed: number;
  /** Commands of this request alone, while the connection was open. */
  commands: string[];
  /** Commands of others, and those behind the end. */
  wrong: string[];
}

export interface OwnConnections {
  /** Does `work` as the named request: whatever it causes is known to be its own. */
  as<T>(name: string, work: () => T): T;
  opened: Opened[];
  connect(shared: ProcessWide, store: ObjectStore): Connect;
}

/** @param urlOf where a request finds Redis @param change what a test puts in place of the client */
export function ownConnections(
  urlOf: (request: Request) => string,
  change: (redis: Redis, by: string | undefined) => Redis = (redis) => redis,
): OwnConnections {
  const asking = new AsyncLocalStorage<string>();
  const opened: Opened[] = [];
  return {
    opened,
    as: (name, work) => asking.run(name, work),
    connect: (shared, store) => (request) => {
      const url = urlOf(request);
      const own: Opened = { by: asking.getStore(), closed: 0, commands: [], wrong: [] };
      opened.push(own);
      const client = createCommandClient(url);
      const subscriber = createSubscriberClient(url);
      const redis = watched(change(client, own.by), (command) => {
        const isOwn = own.closed === 0 && asking.getStore() === own.by;
        own[isOwn ? "commands" : "wrong"].push(`${command} by ${asking.getStore()}`);
      });
      const { keys, clock, logger } = shared;
      const hub = createEventHub({ redis, subscriber, keys, clock, logger, pollMs: 200 });
      return createConnected(shared, {
        ...{ redis, hub, store },
        close() {
          own.closed += 1;
          hub.close();
          subscriber.disconnect();
          client.disconnect();
        },
      });
    },
  };
}

function watched(redis: Redis, used: (command: string) => void): Redis {
  return new Proxy(redis, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== "function" || typeof name !== "string") return value;
      return (...args: unknown[]): unknown => {
        used(name);
        return Reflect.apply(value, target, args) as unknown;
      };
    },
  });
}
