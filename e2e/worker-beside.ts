/** The Worker in its runtime, beside a gateway over the same Redis and store. */
import { type EdgeServer, startEdge } from "@myspinbot/services/edge.ts";
import type { S3Access } from "@myspinbot/services/seaweed.ts";
import type { ValkeyServer } from "@myspinbot/services/valkey.ts";
import { inject } from "vitest";

interface Beside {
  dir: string;
  valkey: ValkeyServer;
  seaweed: S3Access;
  env?: Readonly<Record<string, string>>;
}

/** Nobody is served there without a key. */
export function startWorkerBeside({ dir, valkey, seaweed, env = {} }: Beside): Promise<EdgeServer> {
  const bundle = inject("workerBundle");
  return startEdge({ dir, bundle, redisUrl: valkey.urlOf("gateway"), s3: seaweed, env });
}
