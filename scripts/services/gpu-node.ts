/** The gpu-node as a process of its own, as it runs for users. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { python, ROOT } from "./binaries.ts";
import { isReadyAt } from "./http.ts";
import { freePort } from "./ports.ts";
import type { S3Access } from "./seaweed.ts";
import { secretFiles } from "./secret-files.ts";
import { Service } from "./service.ts";

export interface GpuNodeOptions {
  /** Log and task directories lie here; made if absent. */
  readonly dir: string;
  readonly redisUrl: string;
  readonly s3: S3Access;
  readonly port?: number;
  /** Added at the end, so they override: `{ GPU_NODE_POOL: "other" }`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly inheritOutput?: boolean;
}

export interface GpuNodeServer {
  /** Where health and metrics are served. */
  readonly url: string;
  readonly port: number;
  readonly service: Service;
  stop(): Promise<void>;
}

/** Starts a gpu-node and waits until it pulls tasks: a few seconds, most of them imports. */
export async function startGpuNode(options: GpuNodeOptions): Promise<GpuNodeServer> {
  const server = await prepareGpuNode(options);
  await server.service.start();
  return server;
}

/** Chooses a port without starting. */
export async function prepareGpuNode(options: GpuNodeOptions): Promise<GpuNodeServer> {
  const { dir, redisUrl, s3 } = options;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const service = new Service({
    name: "gpu-node",
    command: python(),
    args: ["-m", "gpu_node"],
    env: {
      GPU_NODE_HOST: "127.0.0.1",
      GPU_NODE_PORT: String(port),
      GPU_NODE_S3_ENDPOINT: s3.endpoint,
      GPU_NODE_S3_REGION: s3.region,
      GPU_NODE_S3_BUCKET: s3.bucket,
      ...secretFiles(dir, {
        GPU_NODE_REDIS_URL: redisUrl,
        GPU_NODE_S3_ACCESS_KEY: s3.accessKey,
        GPU_NODE_S3_SECRET_KEY: s3.secretKey,
      }),
      GPU_NODE_DATA_DIR: join(dir, "tasks"),
      GPU_NODE_MODELS_DIR: join(ROOT, ".data", "models"),
      ...options.env,
    },
    cwd: ROOT,
    logFile: join(dir, "gpu-node.log"),
    inheritOutput: options.inheritOutput ?? false,
    isReady: () => isReadyAt(`${url}/readyz`),
    readyWithinMs: 60_000,
    stopSignal: "SIGTERM",
    graceMs: 30_000,
  });
  return { url, port, service, stop: () => service.stop() };
}
