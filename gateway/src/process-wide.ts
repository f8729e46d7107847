/** What all requests of a process share: values and plain data, never a connection. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { Executor } from "@myspinbot/contracts/types.ts";
import { createKnownKeys, type KnownKeys } from "./access/known-keys.ts";
import type { OpenStreams } from "./access/open-streams.ts";
import type { AccessSettings } from "./access/settings.ts";
import type { KnownRows } from "./capabilities/registry.ts";
import type { Clock } from "./clock.ts";
import type { GraphCatalogue } from "./graphs/catalogue.ts";
import type { NodeTypes } from "./graphs/node-types.ts";
import type { RoleState } from "./health/readiness.ts";
import type { Identify } from "./owner.ts";
import type { FindPage } from "./page.ts";
import type { PassingRuntime } from "./passing-bytes.ts";
import type { KnownGraphs } from "./runs/run-reader.ts";
import type { Logger } from "./telemetry/logger.ts";
import type { WebhookPolicy } from "./webhooks/judge-url.ts";
import type { Metrics } from "./telemetry/metrics.ts";

export interface ProcessWide extends PassingRuntime {
  keys: Keys;
  /** `s0`, `s1` ...: all shards there are. */
  shards: readonly string[];
  /** Pools of gpu-nodes. */
  pools: readonly string[];
  nodeTypes: NodeTypes;
  graphs: GraphCatalogue;
  metrics: Metrics;
  logger: Logger;
  clock: Clock;
  random: () => number;
  /** What the roles of this process say about themselves, for /readyz. */
  roles: () => RoleState[];
  /** Of runs that ask for none. */
  deadlines: { startMs: number; runMs: number };
  /** How long an upload is kept after its last use. */
  uploadRetentionMs: number;
  /** Where webhooks may lead. */
  webhooks: WebhookPolicy;
  version: string;
  heartbeatMs?: number;
  /** How long an event stream lives at most; its client comes back for the rest. Without it as long as its run. */
  streamMs?: number;
  /** What this gateway runs by itself, without being in the registry. */
  resident?: Executor;
  access: AccessSettings;
  /** The page for people, where there is one. */
  page?: FindPage;
  /** Tells callers apart where there are no keys; without it there is one owner. */
  identify?: Identify;
  known: Known;
}

/** What requests have read before, to spare others the reading. Answers only: a promise would bind them to one another. */
export interface Known {
  executors: KnownRows;
  graphs: KnownGraphs;
  apiKeys: KnownKeys;
  /** Of this process alone. */
  openStreams: OpenStreams;
}

export function createKnown(): Known {
  return { executors: {}, graphs: new Map(), apiKeys: createKnownKeys(), openStreams: new Map() };
}
