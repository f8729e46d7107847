/** Everything that a run needs, as real processes: Redis, object store, gateway, gpu-node. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { freeBytes } from "../setup/causes.mjs";
import { type GatewayServer, prepareGateway } from "./gateway.ts";
import { type GpuNodeServer, prepareGpuNode } from "./gpu-node.ts";
import { prepareSeaweed, type SeaweedServer } from "./seaweed.ts";
import type { Runnable } from "./service-group.ts";
import { ServiceError } from "./service.ts";
import { startValkey, type ValkeyServer } from "./valkey.ts";

/** The store keeps some of it free, and a film needs some. */
const LEAST_FREE_BYTES = 128 * 1024 * 1024;

export interface StackOptions {
  /** One folder for all data and logs. */
  readonly dir: string;
  readonly gatewayPort?: number;
  readonly gpuNodePort?: number;
  readonly gatewayEnv?: Readonly<Record<string, string>>;
  readonly gpuNodeEnv?: Readonly<Record<string, string>>;
  readonly valkeyArgs?: readonly string[];
  /** Gateway and gpu-node write their logs to our output. */
  readonly inheritOutput?: boolean;
}

export interface Stack {
  readonly valkey: ValkeyServer;
  readonly seaweed: SeaweedServer;
  readonly gateway: GatewayServer;
  readonly gpuNode: GpuNodeServer;
  /** Ends all processes, those first that use the others. */
  stop(): Promise<void>;
}

/**
 * Starts all four, the slow ones at the same time, and waits until each is ready.
 * If one fails, the others are stopped before the error is thrown.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dir } = options;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  assertRoom(dir);
  const inheritOutput = options.inheritOutput ?? false;
  const valkey = await startValkey({ dir: join(dir, "redis"), args: options.valkeyArgs ?? [] });
  const seaweed = await prepareSeaweed({ dir: join(dir, "s3") });
  const common = { s3: seaweed, inheritOutput };
  const gateway = await prepareGateway({
    ...common,
    redisUrl: valkey.urlOf("gateway"),
    dir: join(dir, "gateway"),
    ...(options.gatewayPort === undefined ? {} : { port: options.gatewayPort }),
    env: options.gatewayEnv ?? {},
  });
  const gpuNode = await prepareGpuNode({
    ...common,
    redisUrl: valkey.urlOf("pool-default"),
    dir: join(dir, "gpu-node"),
    ...(options.gpuNodePort === undefined ? {} : { port: options.gpuNodePort }),
    env: options.gpuNodeEnv ?? {},
  });
  const stop = async (): Promise<void> => {
    await Promise.all([gateway.stop(), gpuNode.stop()]);
    await Promise.all([seaweed.stop(), valkey.stop()]);
  };
  await startAll([seaweed.service, gateway.service, gpuNode.service], stop);
  return { valkey, seaweed, gateway, gpuNode, stop };
}

/** A full disk ends in other programs' words, a minute later. */
export function assertRoom(dir: string, free = freeBytes(dir)): void {
  if (free === undefined || free >= LEAST_FREE_BYTES) return;
  const [there, needed] = [free, LEAST_FREE_BYTES].map((bytes) => Math.round(bytes / 1e6));
  throw new ServiceError(
    `The disk of ${dir} has ${there} MB free, of at least ${needed} MB that are needed.`,
  );
}

async function startAll(services: readonly Runnable[], stop: () => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(services.map((service) => service.start()));
  const failed = results.find((result) => result.status === "rejected");
  if (failed === undefined) return;
  await stop();
  throw failed.reason;
}
