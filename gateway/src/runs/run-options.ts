/** What makes runs needs: who asks, and with what they are made. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { RunCreate } from "@myspinbot/contracts/types.ts";
import type { CallerKey } from "../access/caller.ts";
import type { Registry } from "../capabilities/registry.ts";
import type { Clock } from "../clock.ts";
import type { FileStore } from "../files/file-store.ts";
import type { GraphCatalogue } from "../graphs/catalogue.ts";
import type { NodeTypes } from "../graphs/node-types.ts";
import type { Redis } from "../redis/client.ts";
import type { WebhookPolicy } from "../webhooks/judge-url.ts";
import type { RunReader } from "./run-reader.ts";

/** Who asks for a run, and the key by which they would know it again. */
export interface Caller {
  owner: string;
  /** The API key by which they came, with its limits. */
  key?: CallerKey | undefined;
  idempotencyKey?: string | undefined;
}

export interface RunServiceOptions {
  redis: Redis;
  keys: Keys;
  shards: readonly string[];
  graphs: GraphCatalogue;
  nodeTypes: NodeTypes;
  files: FileStore;
  registry: Registry;
  reader: RunReader;
  clock: Clock;
  random: () => number;
  deadlines: { startMs: number; runMs: number };
  webhooks: WebhookPolicy;
  /** Says that there may be mail now. */
  wake?: (() => void) | undefined;
}

/** Those of the request, else the gateway's. */
export function deadlinesOf(
  { deadlines: { start_s, run_s } = {} }: Pick<RunCreate, "deadlines">,
  { startMs, runMs }: RunServiceOptions["deadlines"],
): { startDeadlineMs: number; runDeadlineMs: number } {
  const msOf = (s: number | undefined, usual: number): number =>
    s === undefined ? usual : Math.ceil(s * 1000);
  return { startDeadlineMs: msOf(start_s, startMs), runDeadlineMs: msOf(run_s, runMs) };
}
