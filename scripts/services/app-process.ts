/** An app of ours as a process of its own, as it runs for users: what the gateway and the gpu-node have in common. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./binaries.ts";
import { isReadyAt } from "./http.ts";
import { freePort } from "./ports.ts";
import type { S3Access } from "./seaweed.ts";
import { secretFiles } from "./secret-files.ts";
import { Service } from "./service.ts";
import type { SmallDisk } from "./small-disk.ts";

export interface AppOptions {
  /** Log and work lie here; made if absent. */
  readonly dir: string;
  readonly redisUrl: string;
  readonly s3: S3Access;
  readonly port?: number;
  /** 127.0.0.1 by default. */
  readonly host?: string;
  /** Added at the end, so they override: `{ GATEWAY_SHARDS: "3" }`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly inheritOutput?: boolean;
  /** Beside all other disks. */
  readonly disk?: SmallDisk;
  /** The checkout whose code it runs, ours by default. */
  readonly root?: string;
}

export interface AppServer {
  readonly url: string;
  readonly port: number;
  readonly service: Service;
  stop(): Promise<void>;
}

/** What one of them is. */
export interface App {
  name: string;
  /** Of its variables. */
  prefix: string;
  command: string;
  args: string[];
  env?: Record<string, string>;
  readyWithinMs: number;
}

/** Chooses a port without starting. */
export async function prepareApp(app: App, options: AppOptions): Promise<AppServer> {
  const { dir, redisUrl, s3, host = "127.0.0.1" } = options;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const port = options.port ?? (await freePort());
  const url = `http://${host}:${port}`;
  const named = (values: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`${app.prefix}_${name}`, value]));
  const program = { command: app.command, args: app.args, cwd: options.root ?? ROOT };
  const service = new Service({
    name: app.name,
    ...(options.disk?.inside(program) ?? program),
    env: {
      ...named({
        HOST: host,
        PORT: String(port),
        S3_ENDPOINT: s3.endpoint,
        S3_REGION: s3.region,
        S3_BUCKET: s3.bucket,
      }),
      ...secretFiles(
        dir,
        named({ REDIS_URL: redisUrl, S3_ACCESS_KEY: s3.accessKey, S3_SECRET_KEY: s3.secretKey }),
      ),
      ...app.env,
      ...options.env,
    },
    logFile: join(dir, `${app.name}.log`),
    inheritOutput: options.inheritOutput ?? false,
    isReady: () => isReadyAt(`${url}/readyz`),
    readyWithinMs: app.readyWithinMs,
    stopSignal: "SIGTERM",
    graceMs: 30_000,
  });
  return { url, port, service, stop: () => service.stop() };
}

/** Waits until it is ready. */
export async function started(server: AppServer): Promise<AppServer> {
  await server.service.start();
  return server;
}
