/** The gateway's Worker in the runtime of Workers, as one process: what it cannot reach there it cannot reach here. */
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import type { EdgeBundle } from "./edge-bundle.ts";
import { freePorts } from "./ports.ts";
import type { S3Access } from "./seaweed.ts";
import { Service } from "./service.ts";

export interface EdgeOptions {
  /** Configuration and log lie here; made if absent. */
  readonly dir: string;
  readonly bundle: EdgeBundle;
  readonly redisUrl: string;
  readonly s3: S3Access;
  readonly port?: number;
  /** Added at the end, so they override; an empty text takes a variable away. */
  readonly env?: Readonly<Record<string, string>>;
  /** What may be reached through that binding; all that is private or of this machine by default. */
  readonly reach?: readonly string[];
  /** Bindings that it does not have. */
  readonly without?: readonly ("NETWORK" | "ASSETS")[];
  /** Folder of static files, in place of those that are deployed with the bundle. */
  readonly assets?: string;
  readonly inheritOutput?: boolean;
}

export interface EdgeServer {
  readonly url: string;
  readonly port: number;
  /** File of what it says. */
  readonly log: string;
  readonly service: Service;
  /** What the minute's cron does, now; resolves when it is done. */
  tick(at?: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startEdge(options: EdgeOptions): Promise<EdgeServer> {
  const server = await prepareEdge(options);
  await server.service.start();
  return server;
}

/** Chooses a port without starting. */
export async function prepareEdge(options: EdgeOptions): Promise<EdgeServer> {
  const { dir, s3 } = options;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const [free = 0, cron = 0] = await freePorts(2);
  const port = options.port ?? free;
  const url = `http://127.0.0.1:${port}`;
  const env: Record<string, string> = {
    GATEWAY_REDIS_URL: options.redisUrl,
    GATEWAY_S3_ENDPOINT: s3.endpoint,
    GATEWAY_S3_REGION: s3.region,
    GATEWAY_S3_BUCKET: s3.bucket,
    GATEWAY_S3_ACCESS_KEY: s3.accessKey,
    GATEWAY_S3_SECRET_KEY: s3.secretKey,
    ...options.env,
  };
  const given = Object.keys(env).filter((name) => env[name] !== "");
  const file = join(dir, "workerd.capnp");
  writeFileSync(file, configuration(options, { port, cron, variables: given }), { mode: 0o600 });
  const service = new Service({
    name: "edge",
    command: (createRequire(import.meta.url)("workerd") as { default: string }).default,
    args: ["serve", "--experimental", file],
    env,
    cwd: dir,
    logFile: join(dir, "edge.log"),
    inheritOutput: options.inheritOutput ?? false,
    // Also where the Worker says that it is not set up.
    isReady: async () => (await fetch(`${url}/healthz`)).status > 0,
    readyWithinMs: 30_000,
    stopSignal: "SIGTERM",
    graceMs: 2_000,
  });
  return {
    url,
    port,
    log: join(dir, "edge.log"),
    service,
    async tick(at = Date.now()) {
      const answer = await fetch(`http://127.0.0.1:${cron}/?at=${at}`);
      if (answer.status !== 200) throw new Error(`the cron failed: ${await answer.text()}`);
    },
    stop: () => service.stop(),
  };
}

/** Nothing of it is secret: values come from the environment of the process. */
function configuration(
  { dir, bundle, without = [], assets = bundle.assets, reach = ["private", "local"] }: EdgeOptions,
  { port, cron, variables }: { port: number; cron: number; variables: readonly string[] },
): string {
  const text = JSON.stringify;
  const bindings = [
    ...variables.map((name) => `(name = ${text(name)}, fromEnvironment = ${text(name)})`),
    ...(["NETWORK", "ASSETS"] as const)
      .filter((name) => !without.includes(name))
      .map((name) => `(name = ${text(name)}, service = ${text(name.toLowerCase())})`),
  ];
  const date = `compatibilityDate = ${text(bundle.compatibilityDate)}`;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "gateway", worker = .gateway),
    (name = "cron", worker = .cron),
    (name = "network", network = (allow = ${text(reach)})),
    (name = "assets", disk = (path = ${text(assets)})),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:${port}", http = (), service = "gateway"),
    (name = "cron", address = "127.0.0.1:${cron}", http = (), service = "cron"),
  ],
);
const gateway :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed ${text(relative(dir, bundle.file))})],
  ${date},
  compatibilityFlags = [${bundle.compatibilityFlags.map((flag) => text(flag)).join(", ")}],
  bindings = [${bindings.join(", ")}],
);
const cron :Workerd.Worker = (
  modules = [(name = "cron", esModule = ${text(CRON)})],
  ${date},
  compatibilityFlags = ["service_binding_extra_handlers"],
  bindings = [(name = "GATEWAY", service = "gateway")],
);
`;
}

/** Stands in for the clock of Cloudflare. */
const CRON = `export default { async fetch(request, env) {
  const scheduledTime = new Date(Number(new URL(request.url).searchParams.get("at")));
  const { outcome } = await env.GATEWAY.scheduled({ scheduledTime, cron: "* * * * *" });
  return new Response(outcome, { status: outcome === "ok" ? 200 : 500 });
} };`;
