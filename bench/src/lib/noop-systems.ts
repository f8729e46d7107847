/** A gateway, a gpu-node, a store, and one Redis or a cluster, that can do no-ops on both planes. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { type GatewayServer, startGateway } from "@myspinbot/services/gateway.ts";
import { type GpuNodeServer, startGpuNode } from "@myspinbot/services/gpu-node.ts";
import { startSeaweed } from "@myspinbot/services/seaweed.ts";
import { startStack } from "@myspinbot/services/stack.ts";
import { startValkeyCluster } from "@myspinbot/services/valkey-cluster.ts";
import type { ValkeyServer } from "@myspinbot/services/valkey.ts";
import { Cluster, Redis } from "ioredis";

const PYTHON_FOLDER = join(ROOT, "bench", "python");
const VALKEY_ARGS = ["--appendfsync", "everysec"];

const GATEWAY_ENV = {
  GATEWAY_EXTENSIONS: fileURLToPath(import.meta.resolve("../memory/gateway-extension.ts")),
  GATEWAY_LOG_LEVEL: "warn",
};
const GPU_NODE_ENV = {
  GPU_NODE_EXTENSIONS: join(PYTHON_FOLDER, "noop_extension.py"),
  GPU_NODE_LOG_LEVEL: "warn",
  GPU_NODE_SLOTS: "16",
  PYTHONPATH: PYTHON_FOLDER,
};

/** What runs are submitted to, and where they are counted. */
export interface System {
  readonly gateway: GatewayServer;
  readonly gpuNode: GpuNodeServer;
  readonly servers: readonly ValkeyServer[];
  readonly redis: Redis | Cluster;
  readonly shards: readonly string[];
  stop(): Promise<void>;
}

/** With one Redis. */
export async function startNoopSystem(dir: string): Promise<System> {
  const envs = { gatewayEnv: GATEWAY_ENV, gpuNodeEnv: GPU_NODE_ENV };
  const { gateway, gpuNode, valkey, stop } = await startStack({ dir, valkeyArgs: VALKEY_ARGS, ...envs });
  const redis = new Redis(valkey.url, { protocol: 2 });
  return {
    ...{ gateway, gpuNode, servers: [valkey], redis, shards: ["s0"] },
    stop() {
      redis.disconnect();
      return stop();
    },
  };
}

/** With a cluster of three masters, all of which have shards. */
export async function startClusterSystem(dir: string): Promise<System> {
  const shards = ["s0", "s1", "s2", "s3"];
  const [cluster, seaweed] = await Promise.all([
    startValkeyCluster({ dir: join(dir, "redis"), servers: 3, args: VALKEY_ARGS }),
    startSeaweed({ dir: join(dir, "s3") }),
  ]);
  const count = String(shards.length);
  const [gateway, gpuNode] = await Promise.all([
    startGateway({
      ...{ dir: join(dir, "gateway"), redisUrl: cluster.urlOf("gateway"), s3: seaweed },
      env: { ...GATEWAY_ENV, GATEWAY_SHARDS: count },
    }),
    startGpuNode({
      ...{ dir: join(dir, "gpu-node"), redisUrl: cluster.urlOf("pool-default"), s3: seaweed },
      env: { ...GPU_NODE_ENV, GPU_NODE_SHARDS: count },
    }),
  ]);
  const { username, password } = new URL(cluster.servers[0]!.url);
  const places = cluster.servers.map(({ port }) => ({ host: "127.0.0.1", port }));
  const redis = new Cluster(places, { redisOptions: { username, password, protocol: 2 } });
  return {
    ...{ gateway, gpuNode, servers: cluster.servers, redis, shards },
    async stop() {
      redis.disconnect();
      await Promise.all([gateway.stop(), gpuNode.stop()]);
      await Promise.all([cluster.stop(), seaweed.stop()]);
    },
  };
}
