/** Two gateways and two gpu-nodes over one Redis and one object store, as real processes that tests may kill. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Client } from "@myspinbot/client/client.ts";
import { startGateway, type GatewayServer } from "@myspinbot/services/gateway.ts";
import { startGpuNode, type GpuNodeServer } from "@myspinbot/services/gpu-node.ts";
import { startSeaweed, type SeaweedServer } from "@myspinbot/services/seaweed.ts";
import { startValkey, type ValkeyServer } from "@myspinbot/services/valkey.ts";
import { clientOver } from "./client.ts";

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
  gateways: GatewayServer[];
  gpuNodes: GpuNodeServer[];
  /** Asks whichever gateway answers. */
  client: Client;
  ledger(): LedgerLine[];
  stop(): Promise<void>;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const TIMES = (app: "GATEWAY" | "GPU_NODE", shards: number): Record<string, string> => ({
  [`${app}_LEASE_MS`]: String(LEASE_MS),
  [`${app}_SHARDS`]: String(shards),
  [`${app}_DRAIN_GRACE_MS`]: "500",
  [`${app}_PROBE_MS`]: "2000",
});

/** `everything that can be killed` twice, so that one of each goes on while the other is away. */
export async function startWorld(options: { shards?: number } = {}): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), "myspinbot-e2e-"));
  const ledger = join(dir, "ledger.jsonl");
  writeFileSync(ledger, "");
  const shards = options.shards ?? 1;
  const stops: (() => Promise<void>)[] = [];
  const keep = <T extends { stop(): Promise<void> }>(server: T): T => {
    stops.unshift(() => server.stop());
    return server;
  };
  const stop = async (): Promise<void> => {
    for (const each of stops) await each();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const args = ["--appendfsync", "always"];
    const valkey = keep(await startValkey({ dir: join(dir, "redis"), args }));
    const seaweed = keep(await startSeaweed({ dir: join(dir, "s3") }));
    const gateway = { redisUrl: valkey.urlOf("gateway"), s3: seaweed };
    const box = { redisUrl: valkey.urlOf("pool-default"), s3: seaweed };
    const gatewayEnv = {
      ...TIMES("GATEWAY", shards),
      GATEWAY_DRIVER_LEASE_MS: "800",
      GATEWAY_LOCK_MS: "1500",
      GATEWAY_REAP_MS: "200",
      GATEWAY_RECONCILE_MS: "2000",
      GATEWAY_RETRY_BACKOFF_MS: "100",
      GATEWAY_WEBHOOK_LOCAL: "true",
      GATEWAY_WEBHOOK_TIMEOUT_MS: "1000",
      GATEWAY_EXTENSIONS: here("extension/gateway.ts"),
      E2E_LEDGER: ledger,
    };
    const gpuNodeEnv = {
      ...TIMES("GPU_NODE", shards),
      GPU_NODE_RENEW_MS: "400",
      GPU_NODE_EXTENSIONS: here("extension/gpu_node_extension.py"),
      GPU_NODE_CHILD_ENVIRONMENT: "E2E_LEDGER",
      E2E_LEDGER: ledger,
    };
    const started = await Promise.all([
      ...[0, 1].map((i) => startGateway({ ...gateway, dir: join(dir, `gateway-${i}`), env: gatewayEnv })),
      ...[0, 1].map((i) => startGpuNode({ ...box, dir: join(dir, `gpu-node-${i}`), env: gpuNodeEnv })),
    ]);
    for (const server of started) keep(server);
    const read = (): LedgerLine[] =>
      readFileSync(ledger, "utf8")
        .split("\n")
        .filter((line) => line.endsWith("}"))
        .map((line) => JSON.parse(line) as LedgerLine);
    const gateways = started.slice(0, 2);
    return {
      dir,
      valkey,
      seaweed,
      gateways,
      gpuNodes: started.slice(2),
      client: clientOver(gateways.map(({ url }) => url)),
      ledger: read,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
