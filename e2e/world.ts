/** Two gateways, a Worker and two gpu-nodes over one Redis and one object store, as real processes that tests may kill. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Client } from "@myspinbot/client/client.ts";
import type { EdgeServer } from "@myspinbot/services/edge.ts";
import { startGateway, type GatewayServer } from "@myspinbot/services/gateway.ts";
import { startGpuNode, type GpuNodeServer } from "@myspinbot/services/gpu-node.ts";
import { prepareSeaweed, type SeaweedServer } from "@myspinbot/services/seaweed.ts";
import { hasSmallDisks, type SmallDisk, startSmallDisk } from "@myspinbot/services/small-disk.ts";
import { startValkey, type ValkeyServer } from "@myspinbot/services/valkey.ts";
import { clientOver } from "./client.ts";
import { ALL_SCOPES, makeKey } from "./make-key.ts";
import { startWorkerBeside } from "./worker-beside.ts";

export const LEASE_MS = 1500;

export interface LedgerLine {
  phase: "begin" | "beat" | "end";
  run: string;
  task: string;
  node: string;
  attempt: number;
  /** The attempt's span, where traces are told. */
  traceparent?: string;
  /** The handler's process, if it is one of its own. */
  pid?: number;
  /** Milliseconds since the epoch. */
  at: number;
}

export interface World {
  /** Of all servers: `gpu-node-0/tasks` is the first box's. */
  dir: string;
  valkey: ValkeyServer;
  seaweed: SeaweedServer;
  /** On Node.js: they drive, work and deliver. */
  gateways: GatewayServer[];
  worker: EdgeServer;
  /** Whoever serves the API: the gateways and the Worker. */
  fronts: (GatewayServer | EdgeServer)[];
  gpuNodes: GpuNodeServer[];
  /** Where they were asked for: Redis's data, and the work of the first box. */
  disks: { redis: SmallDisk; box: SmallDisk } | undefined;
  /** With which each of them may be asked. */
  key: string;
  /** Asks all of them by turns. */
  client: Client;
  ledger(): LedgerLine[];
  stop(): Promise<void>;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const WITHOUT_ENGINES = "../gpu-node/tests/without_engines.py";

const commonTimes = (app: "GATEWAY" | "GPU_NODE", shards: number): Record<string, string> => ({
  [`${app}_LEASE_MS`]: String(LEASE_MS),
  [`${app}_SHARDS`]: String(shards),
  [`${app}_DRAIN_GRACE_MS`]: "500",
  [`${app}_PROBE_MS`]: "2000",
});

/** In either runtime. */
const gatewayTimes = (shards: number): Record<string, string> => ({
  ...commonTimes("GATEWAY", shards),
  GATEWAY_DRIVER_LEASE_MS: "800",
  GATEWAY_LOCK_MS: "1500",
  GATEWAY_REAP_MS: "200",
  GATEWAY_RECONCILE_MS: "2000",
  GATEWAY_RETRY_BACKOFF_MS: "100",
  GATEWAY_WEBHOOK_LOCAL: "true",
  GATEWAY_WEBHOOK_TIMEOUT_MS: "1000",
});

export interface WorldOptions {
  shards?: number;
  /** The boxes have all that we ship, not only the ledger's: they start half as fast. */
  engines?: boolean;
  /** Redis and the first box get disks that a test may fill, where this machine lets us. */
  smallDisks?: boolean;
}

/** The first box works while it has 100 MiB. */
const DISKS = { redis: 32 << 20, box: 128 << 20 };

/** Everything that works twice, so that one of each goes on while the other is away. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), "myspinbot-e2e-"));
  const ledger = join(dir, "ledger.jsonl");
  writeFileSync(ledger, "");
  const shards = options.shards ?? 1;
  const [users, servers, below]: [Stoppable[], Stoppable[], Stoppable[]] = [[], [], []];
  const stop = async (): Promise<void> => {
    for (const each of [users, servers, below]) await Promise.all(each.map((server) => server.stop()));
    rmSync(dir, { recursive: true, force: true });
  };
  const use = <T extends Stoppable>(server: T): T => {
    users.push(server);
    return server;
  };
  try {
    const disks = options.smallDisks && hasSmallDisks() ? await startDisks(dir) : undefined;
    if (disks) below.push(...Object.values(disks));
    // With a disk that is full `always` ends the server.
    const args = ["--appendfsync", disks ? "everysec" : "always"];
    const itsDisk = disks && { disk: disks.redis };
    const valkey = await startValkey({ ...{ dir: join(dir, "redis"), args }, ...itsDisk });
    const seaweed = await prepareSeaweed({ dir: join(dir, "s3") });
    servers.push(valkey, seaweed);
    const gateway = { redisUrl: valkey.urlOf("gateway"), s3: seaweed };
    const box = { redisUrl: valkey.urlOf("pool-default"), s3: seaweed };
    const times = gatewayTimes(shards);
    const ledgers = "extension/gpu_node_extension.py";
    const extensions = options.engines ? [ledgers] : [ledgers, WITHOUT_ENGINES];
    const [gateways, gpuNodes, worker] = await Promise.all([
      both((i) =>
        startGateway({
          ...{ ...gateway, dir: join(dir, `gateway-${i}`) },
          env: { ...times, GATEWAY_EXTENSIONS: here("extension/gateway.ts"), E2E_LEDGER: ledger },
        }).then(use),
      ),
      both((i) =>
        startGpuNode({
          ...{ ...box, dir: join(dir, `gpu-node-${i}`) },
          ...(disks && i === 0 ? { disk: disks.box } : {}),
          env: {
            ...commonTimes("GPU_NODE", shards),
            GPU_NODE_RENEW_MS: "400",
            GPU_NODE_EXTENSIONS: extensions.map(here).join(","),
            GPU_NODE_CHILD_ENVIRONMENT: "E2E_LEDGER",
            E2E_LEDGER: ledger,
          },
        }).then(use),
      ),
      startWorkerBeside({ dir: join(dir, "worker"), valkey, seaweed, env: times }).then(use),
      seaweed.service.start(),
    ]);
    const key = makeKey(valkey, ALL_SCOPES);
    const fronts = [...gateways, worker];
    const client = clientOver(
      fronts.map(({ url }) => url),
      key,
    );
    const read = (): LedgerLine[] =>
      readFileSync(ledger, "utf8")
        .split("\n")
        .filter((line) => line.endsWith("}"))
        .map((line) => JSON.parse(line) as LedgerLine);
    const things = { dir, valkey, seaweed, disks, gateways, worker, fronts, gpuNodes };
    return { ...things, key, client, ledger: read, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startDisks(dir: string): Promise<World["disks"]> {
  return {
    redis: await startSmallDisk(join(dir, "redis-disk"), DISKS.redis),
    box: await startSmallDisk(join(dir, "gpu-node-0", "tasks"), DISKS.box),
  };
}

interface Stoppable {
  stop(): Promise<void>;
}

const both = <T>(start: (i: number) => Promise<T>): Promise<T[]> => Promise.all([0, 1].map(start));
