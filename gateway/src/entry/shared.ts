/** Makes what all requests of a process or isolate share, out of its configuration. */
import { GRAPHS } from "@myspinbot/contracts/graphs.ts";
import { accessSettings } from "../access/settings.ts";
import { systemClock, systemRandom } from "../clock.ts";
import type { Config } from "../config.ts";
import { createGraphCatalogue } from "../graphs/catalogue.ts";
import { createKnown, type ProcessWide } from "../process-wide.ts";
import type { WebhookPolicy } from "../webhooks/judge-url.ts";
import type { Base } from "./base.ts";
import type { Extension } from "./extension.ts";

export interface SharedDeps extends Pick<ProcessWide, "metrics" | "roles" | "createDigest" | "readParts"> {
  base: Base;
  config: Config;
  extension: Extension;
}

export function createShared({ base, config, extension, ...given }: SharedDeps): ProcessWide {
  const { keys, shards, nodeTypes, logger, version } = base;
  const graphs = [...Object.values(GRAPHS), ...(extension.graphs ?? [])];
  return {
    ...given,
    keys,
    shards,
    pools: config.pools,
    nodeTypes,
    graphs: createGraphCatalogue(graphs, { nodeTypes, pools: config.pools }),
    logger,
    clock: systemClock,
    random: systemRandom,
    uploadRetentionMs: config.upload_retention_ms,
    webhooks: webhookPolicy(config),
    version,
    deadlines: { startMs: config.start_deadline_ms, runMs: config.run_deadline_ms },
    access: accessSettings(config),
    known: createKnown(),
  };
}

export function webhookPolicy({ webhook_local, webhook_ports }: Config): WebhookPolicy {
  return { local: webhook_local, ports: webhook_ports };
}
