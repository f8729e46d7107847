/** Starts the gateway on Node.js: reads the environment once, starts the roles asked for, stops them in reverse. */
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { GATEWAY_ENV } from "@myspinbot/contracts/config.ts";
import { systemClock } from "../../clock.ts";
import { createObjectStore } from "../../artifacts/object-store.ts";
import { readConfig } from "../../config.ts";
import { digestBy } from "../../graphs/digest.ts";
import { refuseUnfit } from "../../health/redis-check.ts";
import { createPrometheusMetrics } from "../../telemetry/prometheus.ts";
import { createBase } from "../base.ts";
import { checkExtensions } from "../check-extensions.ts";
import { extensionError, joined } from "../extension.ts";
import { gatherLines } from "./log-lines.ts";
import { loadExtensions } from "./load-extension.ts";
import { takeSecrets } from "./own-secrets.ts";
import { startRoles } from "./roles.ts";
import { createSecretFiles } from "./secret-files.ts";

const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

function help(): string {
  const rows = Object.values(GATEWAY_ENV).flatMap(
    ({ env, fileEnv, required, default: value, description }) => {
      const otherwise = required ? "required" : `default ${JSON.stringify(value)}`;
      const row = `  ${env.padEnd(28)} ${description} (${otherwise})`;
      return fileEnv === null ? [row] : [row, `  ${fileEnv.padEnd(28)} A file with it, in place of it.`];
    },
  );
  return `The gateway of MySpinBot. Configured by the environment:\n\n${rows.join("\n")}\n\n  --help  --version\n`;
}

async function main(): Promise<void> {
  const secrets = takeSecrets();
  const files = createSecretFiles();
  const config = readConfig(secrets.environment, files.read);
  const loaded = await loadExtensions(config.extensions);
  const faults = checkExtensions(loaded, config.pools);
  if (faults.length > 0) throw extensionError(faults);
  const extension = joined(loaded);
  digestBy((data) => hash("sha256", data));
  const lines = gatherLines((text) => process.stdout.write(text), setImmediate);
  process.on("exit", lines.flush);
  const base = createBase({
    ...{ config, extension, version },
    write: lines.write,
    redisOptions: { behind: setImmediate },
  });
  if (secrets.shown.length > 0)
    base.logger.warn("secrets stay in the environment", { variables: secrets.shown });
  if (files.open.length > 0)
    base.logger.warn("files of secrets can be read by everybody", { variables: files.open });
  const metrics = createPrometheusMetrics();
  const store = createObjectStore({
    endpoint: config.s3_endpoint,
    region: config.s3_region,
    bucket: config.s3_bucket,
    accessKey: config.s3_access_key,
    secretKey: config.s3_secret_key,
    clock: systemClock,
    onFailure: metrics.storeFailed,
  });
  const redis = base.redis.commands();
  await refuseUnfit(redis, base.shards);
  redis.disconnect();
  const roles = await startRoles({ base, config, extension, store, metrics });
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
  // Last: whoever reads it may send a signal at once.
  base.logger.info("gateway started", { roles: config.roles, shards: config.shards, version });
}

if (process.argv.includes("--help")) process.stdout.write(help());
else if (process.argv.includes("--version")) process.stdout.write(`${version}\n`);
else
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
