/** Starts the gateway on Node.js: reads the environment once, starts the roles asked for, stops them in reverse. */
import { readFileSync } from "node:fs";
import { GRAPHS } from "@myspinbot/contracts/graphs.ts";
import { GATEWAY_ENV } from "@myspinbot/contracts/config.ts";
import { createObjectStore } from "../artifacts/object-store.ts";
import { systemClock } from "../clock.ts";
import { ConfigError, readConfig, type Config } from "../config.ts";
import { createEventHub } from "../events/event-hub.ts";
import { createGraphCatalogue } from "../graphs/catalogue.ts";
import type { RoleState } from "../health/readiness.ts";
import { createCommandClient, createSubscriberClient } from "../redis/client.ts";
import { createPrometheusMetrics } from "../telemetry/prometheus.ts";
import { createBase, type Base } from "./base.ts";
import { createDriverRole } from "./driver-role.ts";
import { createExecutorRole } from "./executor-role.ts";
import { loadExtension, type Extension } from "./extension.ts";
import { startHttpRole } from "./http-role.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };

function help(): string {
  const rows = Object.values(GATEWAY_ENV).map(({ env, required, default: value, description }) => {
    const text = required ? "required" : `default ${JSON.stringify(value)}`;
    return `  ${env.padEnd(28)} ${description} (${text})`;
  });
  return ["The gateway of MySpinBot. Configured by the environment:", "", ...rows, "", "  --help  --version", ""].join("\n");
}

interface Running {
  state(): RoleState;
  stop(graceMs: number): Promise<void>;
}

const state = (role: string): RoleState => ({ role, ready: true, detail: "running" });

/** One line per role; the deliverer has nothing to deliver before there are webhooks. */
function roleStarters(base: Base, config: Config, extension: Extension): Record<string, () => Promise<Running>> {
  const running: Running[] = [];
  const metrics = createPrometheusMetrics();
  const store = createObjectStore({
    endpoint: config.s3_endpoint,
    region: config.s3_region,
    bucket: config.s3_bucket,
    accessKey: config.s3_access_key,
    secretKey: config.s3_secret_key,
  });
  return {
    async driver() {
      const loops = createDriverRole(base, config, store, metrics);
      loops.start();
      running.push({ state: () => state("driver"), stop: () => loops.stop() });
      return running.at(-1)!;
    },
    async executor() {
      const executor = createExecutorRole(base, config, extension.handlers ?? {});
      const started = executor.start();
      let ready = false;
      started.then(
        () => (ready = true),
        (error: unknown) => base.logger.warn("executor not announced yet", { error }),
      );
      const detail = (): string => (ready ? "running" : "not announced yet");
      running.push({ state: () => ({ role: "executor", ready, detail: detail() }), stop: (ms) => executor.stop(ms) });
      return running.at(-1)!;
    },
    async deliverer() {
      running.push({ state: () => state("deliverer"), stop: async () => {} });
      return running.at(-1)!;
    },
    async http() {
      const redis = createCommandClient(config.redis_url);
      const subscriber = createSubscriberClient(config.redis_url);
      base.onClose(() => redis.disconnect());
      base.onClose(() => subscriber.disconnect());
      const { keys, shards, nodeTypes, logger } = base;
      const hub = createEventHub({ redis, subscriber, keys, logger });
      const graphs = createGraphCatalogue([...Object.values(GRAPHS), ...(extension.graphs ?? [])], { nodeTypes, pools: config.pools });
      await store.ensureBucket().catch((error: unknown) => logger.warn("bucket not reachable yet", { error }));
      const http = await startHttpRole(
        {
          redis, keys, shards, pools: config.pools, store, hub, nodeTypes, graphs, metrics, logger,
          clock: systemClock, random: Math.random, version,
          roles: () => running.map((role) => role.state()),
          deadlines: { startMs: config.start_deadline_ms, runMs: config.run_deadline_ms },
        },
        config.host,
        config.port,
      );
      logger.info("gateway listens", { url: http.url, note: "no API keys exist: loopback only" });
      running.push({
        state: () => state("http"),
        stop: async (ms) => {
          hub.close();
          await http.stop(Math.min(ms, 5000));
        },
      });
      return running.at(-1)!;
    },
  };
}

/** The order in which roles start; they stop in reverse, so that nobody is let in who cannot be served. */
const ORDER = ["driver", "executor", "deliverer", "http"] as const;

async function main(): Promise<void> {
  if (process.argv.includes("--help")) return void process.stdout.write(help());
  if (process.argv.includes("--version")) return void process.stdout.write(`${version}\n`);
  const config = readConfig(process.env);
  const extension = await loadExtension(config.extensions);
  const base = createBase(config, extension, version);
  const starters = roleStarters(base, config, extension);
  const roles: Running[] = [];
  for (const role of ORDER) if (config.roles.includes(role)) roles.push(await starters[role]!());
  base.logger.info("gateway started", { roles: config.roles, shards: config.shards, version });

  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    base.logger.info("gateway stops", { signal });
    for (const role of roles.toReversed()) await role.stop(config.drain_grace_ms);
    base.close();
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop(signal));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError || error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
