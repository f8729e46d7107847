/** Everything that talks to Redis and the store over one connection: of the process, or of one request alone. */
import { createApiKeys, type ApiKeys } from "./access/api-keys.ts";
import { createCountUpload, type CountUpload } from "./access/count-upload.ts";
import { createArtifactService, type ArtifactService } from "./artifacts/artifact-service.ts";
import type { ObjectStore } from "./artifacts/object-store.ts";
import { createRegistry, type Registry } from "./capabilities/registry.ts";
import { createEventLog, type EventLog } from "./events/event-log.ts";
import type { EventHub } from "./events/event-hub.ts";
import { createFileStore, type FileStore } from "./files/file-store.ts";
import type { ProcessWide } from "./process-wide.ts";
import type { Redis } from "./redis/client.ts";
import { createRunReader, type RunReader } from "./runs/run-reader.ts";
import { createRunService, type RunService } from "./runs/run-service.ts";
import { createDeliveryStore, type DeliveryStore } from "./webhooks/delivery-store.ts";
import { createWebhookStore, type WebhookStore } from "./webhooks/webhook-store.ts";

export interface Connection {
  redis: Redis;
  hub: EventHub;
  store: ObjectStore;
  /**
   * Called once, when the last byte of the request's answer is out or will never be; must not throw. Absent where the
   * connection outlives requests.
   */
  close?: () => void;
  /** Says that there may be mail now. Absent where drivers wait for mail by themselves. */
  wake?: () => void;
}

export interface Connected extends Connection {
  log: EventLog;
  registry: Registry;
  reader: RunReader;
  files: FileStore;
  artifacts: ArtifactService;
  service: RunService;
  webhooks: WebhookStore;
  deliveries: DeliveryStore;
  apiKeys: ApiKeys;
  countUpload: CountUpload;
}

/** Asked at most once per request, when it first needs Redis or the store. A runtime whose sockets may be shared answers always the same. */
export type Connect = (request: Request) => Connected;

/** Keeps nothing of the connection outside of what it answers: what outlives it is plain data in `shared.known`. */
export function createConnected(shared: ProcessWide, connection: Connection): Connected {
  const { redis, store } = connection;
  const { keys, shards, known } = shared;
  const shard = shards[0] ?? "s0";
  const lasting = connection.close === undefined;
  const registry = createRegistry({ ...shared, redis, shard, known: known.executors, lasting });
  const reader = createRunReader({ ...shared, redis, registry, known: known.graphs });
  const files = createFileStore({ ...shared, redis, store, retentionMs: shared.uploadRetentionMs });
  return {
    ...connection,
    registry,
    reader,
    files,
    log: createEventLog(redis, keys),
    artifacts: createArtifactService({ redis, keys, shards }),
    service: createRunService({ ...shared, redis, files, registry, reader, wake: connection.wake }),
    webhooks: createWebhookStore({ ...shared, redis }),
    deliveries: createDeliveryStore({ redis, keys, shards }),
    apiKeys: createApiKeys({ ...shared, redis, shard, known: known.apiKeys, lasting }),
    countUpload: createCountUpload({ redis, keys, shard }),
  };
}
