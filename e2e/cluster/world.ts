/** A gateway, a box and three masters as processes, each with some of the shards. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Client } from "@myspinbot/client/client.ts";
import type { Graph, Run } from "@myspinbot/contracts/types.ts";
import { startGateway, type GatewayServer } from "@myspinbot/services/gateway.ts";
import { startGpuNode, type GpuNodeServer } from "@myspinbot/services/gpu-node.ts";
import { startSeaweed, type SeaweedServer } from "@myspinbot/services/seaweed.ts";
import { startRedis8, startValkey } from "@myspinbot/services/valkey.ts";
import { startValkeyCluster, type ValkeyCluster } from "@myspinbot/services/valkey-cluster.ts";
import { clientAt } from "../client.ts";

/** Where they lie with three masters: s2, s3, and s0 with s1. */
export const SHARDS = 4;

export interface ClusterWorld {
  dir: string;
  cluster: ValkeyCluster;
  seaweed: SeaweedServer;
  gateway: GatewayServer;
  box: GpuNodeServer;
  /** Asks again where the answer is that a server is away. */
  client: Client;
  stop(): Promise<void>;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export async function startClusterWorld(): Promise<ClusterWorld> {
  const dir = mkdtempSync(join(tmpdir(), "myspinbot-cluster-"));
  const [cluster, seaweed] = await Promise.all([
    startValkeyCluster({
      ...{ dir: join(dir, "redis"), servers: 3, args: ["--appendfsync", "always"] },
      // By hand: the suite has Valkey's cluster only.
      start: process.env.E2E_CLUSTER === "redis8" ? startRedis8 : startValkey,
    }),
    startSeaweed({ dir: join(dir, "s3") }),
  ]);
  const env = { E2E_LEDGER: join(dir, "ledger.jsonl") };
  const [gateway, box] = await Promise.all([
    startGateway({
      ...{ dir: join(dir, "gateway"), redisUrl: cluster.urlOf("gateway"), s3: seaweed },
      env: {
        ...env,
        GATEWAY_SHARDS: String(SHARDS),
        GATEWAY_LEASE_MS: "1500",
        GATEWAY_DRIVER_LEASE_MS: "800",
        GATEWAY_LOCK_MS: "1500",
        GATEWAY_REAP_MS: "200",
        GATEWAY_RECONCILE_MS: "2000",
        GATEWAY_DRAIN_GRACE_MS: "500",
        GATEWAY_WEBHOOK_LOCAL: "true",
        GATEWAY_WEBHOOK_TIMEOUT_MS: "1000",
        GATEWAY_EXTENSIONS: here("../extension/gateway.ts"),
      },
    }),
    startGpuNode({
      ...{ dir: join(dir, "box"), redisUrl: cluster.urlOf("pool-default"), s3: seaweed },
      env: {
        ...env,
        GPU_NODE_SHARDS: String(SHARDS),
        GPU_NODE_LEASE_MS: "1500",
        GPU_NODE_RENEW_MS: "400",
        GPU_NODE_DRAIN_GRACE_MS: "500",
        GPU_NODE_EXTENSIONS: here("../extension/gpu_node_extension.py"),
        GPU_NODE_CHILD_ENVIRONMENT: "E2E_LEDGER",
      },
    }),
  ]);
  return {
    ...{ dir, cluster, seaweed, gateway, box, client: clientAt(gateway.url) },
    async stop() {
      await Promise.all([gateway.stop(), box.stop()]);
      await Promise.all([cluster.stop(), seaweed.stop()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A question between two nodes of both planes: a run that is under way for as long as a test wants. */
export const ASKED: Graph = {
  name: "asked",
  nodes: [
    { id: "a", type: "ledger_node", plane: "node" },
    { id: "b", type: "ledger_python", plane: "python", inputs: { x: "$a.v" } },
    { id: "ok", type: "approval", plane: "node", inputs: { text: "$b.v" } },
    { id: "c", type: "ledger_python", plane: "python", inputs: { x: "$ok.text" } },
  ],
  output: { c: "$c.v" },
};
/** The same without the question. */
export const PLAIN: Graph = {
  name: "plain",
  nodes: [
    { id: "a", type: "ledger_node", plane: "node" },
    { id: "c", type: "ledger_python", plane: "python", inputs: { x: "$a.v" } },
  ],
  output: { c: "$c.v" },
};
const RIGHT = { status: "succeeded", output: { c: "c(b(a()))" } };
/** What becomes of runs that ask, one in each shard. */
export const ALL_RIGHT = Array.from({ length: SHARDS }, () => RIGHT);

export const shardOf = (run: string): string => run.split("_")[1]!;

/** Resolves when the run asks. */
async function asks({ client }: ClusterWorld, run: string): Promise<void> {
  // From its first event on: a stream begins with the run as it is, which may ask already.
  for await (const frame of client.runs.follow(run, { after: 0 }))
    if (frame.kind === "event" && frame.event.type === "node.waiting") break;
}

/** Runs that ask, one in each shard; chance makes others beside them, which ask as well. */
export async function askingInEachShard(world: ClusterWorld): Promise<Map<string, string>> {
  const runs = new Map<string, string>();
  const asking: Promise<void>[] = [];
  while (runs.size < SHARDS) {
    const { run_id } = await world.client.runs.submit({ graph: ASKED });
    runs.set(shardOf(run_id), run_id);
    asking.push(asks(world, run_id));
  }
  await Promise.all(asking);
  return runs;
}

/** What becomes of runs that are answered together. */
export function answered({ client }: ClusterWorld, runs: Iterable<string>): Promise<Run[]> {
  return Promise.all(
    Array.from(runs, async (run) => {
      await client.runs.resume(run, { node_id: "ok", decision: "accept" });
      return client.runs.watch(run);
    }),
  );
}
