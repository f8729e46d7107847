/**
 * The system as it is behind a tunnel, on one machine: each side has a loopback address of its own. At home are Redis,
 * the store and a driver; the Worker comes there through its binding, and the gpu-node through the stand-in edge.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { startStandIn, type StandIn } from "@myspinbot/stand-in/stand-in.ts";
import { ownKey } from "../own-key.ts";
import { bundleEdge, type EdgeBundle } from "../services/edge-bundle.ts";
import { startEdge, type EdgeServer } from "../services/edge.ts";
import { startGateway } from "../services/gateway.ts";
import { startGpuNode, type GpuNodeServer } from "../services/gpu-node.ts";
import { startSeaweed, type SeaweedServer } from "../services/seaweed.ts";
import { secretFiles } from "../services/secret-files.ts";
import { ServiceError } from "../services/service.ts";
import { startValkey, type ValkeyServer } from "../services/valkey.ts";

/** Redis, store and driver listen here and nowhere else. */
export const HOME = "127.0.0.2";
/** The edge before them. */
export const EDGE = "127.0.0.3";

export interface TwoSides {
  readonly valkey: ValkeyServer;
  readonly seaweed: SeaweedServer;
  readonly edge: StandIn;
  readonly worker: EdgeServer;
  readonly gpuNode: GpuNodeServer;
  /** With which the Worker is asked. */
  readonly key: string;
  stop(): Promise<void>;
}

export interface TwoSidesOptions {
  /** All data and logs. */
  readonly dir: string;
  /** Made if absent. */
  readonly bundle?: EdgeBundle;
  readonly gpuNodeEnv?: Readonly<Record<string, string>>;
}

/** @throws {ServiceError} when something does not start; nothing is left running then */
export async function startTwoSides({ dir, bundle, gpuNodeEnv = {} }: TwoSidesOptions): Promise<TwoSides> {
  await assertAddresses();
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const stops: (() => Promise<void>)[] = [];
  const keep = <T extends { stop(): Promise<void> }>(server: T): T => {
    stops.unshift(() => server.stop());
    return server;
  };
  const stop = async (): Promise<void> => {
    for (const each of stops) await each();
  };
  try {
    const [valkey, seaweed, made] = await Promise.all([
      startValkey({ dir: join(dir, "redis"), host: HOME }).then(keep),
      startSeaweed({ dir: join(dir, "s3"), host: HOME }).then(keep),
      bundle ?? bundleEdge(join(dir, "bundle")),
    ]);
    const redisUrl = valkey.urlOf("gateway");
    const home = { redisUrl, s3: seaweed, host: HOME };
    const token = { id: "box-1.access", secret: randomBytes(32).toString("hex") };
    const store = { host: HOME, port: Number(new URL(seaweed.endpoint).port) };
    const edge = keep(
      await startStandIn({
        ...{ dir: join(dir, "edge"), host: EDGE, token },
        routes: {
          redis: { kind: "carried", target: { host: HOME, port: valkey.port } },
          store: { kind: "http", target: store },
        },
      }),
    );
    const [worker, gpuNode] = await Promise.all([
      startEdge({
        dir: join(dir, "worker"),
        bundle: made,
        redisUrl,
        s3: seaweed,
        reach: [`${HOME}/32`],
      }).then(keep),
      startBox({ dir: join(dir, "gpu-node"), edge, token, valkey, s3: seaweed, env: gpuNodeEnv }).then(keep),
      startGateway({ ...home, dir: join(dir, "driver"), env: { GATEWAY_AUTH: "required" } }).then(keep),
    ]);
    return { valkey, seaweed, edge, worker, gpuNode, key: ownKey(dir, redisUrl), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface BoxOptions {
  readonly dir: string;
  readonly edge: StandIn;
  readonly token: { readonly id: string; readonly secret: string };
  readonly valkey: ValkeyServer;
  readonly s3: SeaweedServer;
  readonly env: Readonly<Record<string, string>>;
}

/** Knows the edge and its token, and no address at home. */
function startBox({ dir, edge, token, valkey, s3, env }: BoxOptions): Promise<GpuNodeServer> {
  const { username, password } = new URL(valkey.urlOf("pool-default"));
  const access = {
    GPU_NODE_ACCESS_CLIENT_ID: token.id,
    GPU_NODE_ACCESS_CLIENT_SECRET: token.secret,
  };
  return startGpuNode({
    dir,
    redisUrl: `redis+wss://${username}:${password}@${EDGE}:${edge.ports.redis}`,
    s3: { ...s3, endpoint: `https://${EDGE}:${edge.ports.store}` },
    env: {
      ...secretFiles(dir, access),
      GPU_NODE_S3_ACCESS: "true",
      SSL_CERT_FILE: edge.certificate,
      ...env,
    },
  });
}

/** Linux has all of 127.0.0.0/8; others only what was added. */
async function assertAddresses(): Promise<void> {
  for (const host of [HOME, EDGE]) {
    const isHere = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once("error", () => resolve(false));
      probe.listen(0, host, () => probe.close(() => resolve(true)));
    });
    if (!isHere)
      throw new ServiceError(
        `This machine has no address ${host}: add it to the loopback device (macOS: sudo ifconfig lo0 alias ${host} up).`,
      );
  }
}
