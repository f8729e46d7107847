/** A real Prometheus over processes of ours, with the file that is shipped; and Redis's exporter. Neither is in a registry. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { freePort } from "@myspinbot/services/ports.ts";
import { Service } from "@myspinbot/services/service.ts";
import { parse, stringify } from "yaml";

const SHIPPED = join(ROOT, "infra", "prometheus");

/** @returns its path, named by the variable or on PATH; undefined where it is not on this machine */
export function programOf(variable: string, name: string): string | undefined {
  const path = process.env[variable] || name;
  return spawnSync(path, ["--version"]).error === undefined ? path : undefined;
}

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [at: number, value: string];
}

export interface Prometheus {
  /** An instant query. @throws Error with Prometheus's words when it is refused */
  ask(expr: string): Promise<readonly Sample[]>;
  /** Health of each rule that it has loaded and evaluated. */
  rules(): Promise<readonly { name: string; health: string; lastError?: string }[]>;
  stop(): Promise<void>;
}

/** @param jobs addresses by the name of their job in the shipped file; jobs without any are left out */
export async function startPrometheus(
  program: string,
  dir: string,
  jobs: Readonly<Record<string, readonly string[]>>,
): Promise<Prometheus> {
  mkdirSync(dir, { recursive: true });
  cpSync(join(SHIPPED, "rules"), join(dir, "rules"), { recursive: true });
  writeFileSync(join(dir, "prometheus.yml"), configOf(jobs));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const service = new Service({
    name: "prometheus",
    command: program,
    args: [
      `--config.file=${join(dir, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(dir, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    logFile: join(dir, "prometheus.log"),
    isReady: async () => (await fetch(`${base}/-/ready`)).ok,
    readyWithinMs: 30_000,
    stopSignal: "SIGTERM",
    graceMs: 10_000,
  });
  await service.start();
  const get = async <T>(path: string): Promise<T> => {
    const body = (await (await fetch(`${base}/api/v1/${path}`)).json()) as { data: T; error?: string };
    if (body.error !== undefined) throw new Error(`${path}: ${body.error}`);
    return body.data;
  };
  return {
    ask: async (expr) => (await get<{ result: Sample[] }>(`query?query=${encodeURIComponent(expr)}`)).result,
    async rules() {
      const { groups } = await get<{
        groups: { rules: { name: string; health: string; lastError?: string }[] }[];
      }>("rules");
      return groups.flatMap(({ rules }) => rules);
    },
    stop: () => service.stop(),
  };
}

/** The shipped file, asking every second, at addresses in place of names. */
function configOf(jobs: Readonly<Record<string, readonly string[]>>): string {
  interface Scrape {
    job_name: string;
    authorization?: unknown;
    dns_sd_configs?: unknown;
    static_configs?: unknown;
  }
  const file = parse(readFileSync(join(SHIPPED, "prometheus.yml"), "utf8")) as {
    global: object;
    scrape_configs: Scrape[];
  };
  const strange = Object.keys(jobs).filter(
    (job) => !file.scrape_configs.some(({ job_name }) => job_name === job),
  );
  if (strange.length > 0) throw new Error(`not asked in the shipped file: ${strange.join(", ")}`);
  file.global = { scrape_interval: "1s", evaluation_interval: "1s" };
  file.scrape_configs = file.scrape_configs.flatMap(({ authorization: _, dns_sd_configs: __, ...rest }) => {
    const targets = jobs[rest.job_name];
    return targets === undefined ? [] : [{ ...rest, static_configs: [{ targets }] }];
  });
  return stringify(file);
}

/**
 * With the environment that Compose gives it, as the user of infra/redis/users.acl that is meant for it.
 * @param redisUrl of that user
 */
export async function startRedisExporter(
  program: string,
  dir: string,
  redisUrl: string,
): Promise<{ address: string; stop(): Promise<void> }> {
  const address = `127.0.0.1:${await freePort()}`;
  const { username, password, host } = new URL(redisUrl);
  const file = parse(readFileSync(join(ROOT, "infra", "compose", "observability.yml"), "utf8")) as {
    services: Record<string, { environment?: Record<string, string> }>;
  };
  const { REDIS_PASSWORD_FILE: _, ...environment } = file.services["redis-exporter"]!.environment!;
  if (environment.REDIS_USER !== username) throw new Error(`Compose gives it to ${environment.REDIS_USER}`);
  const service = new Service({
    name: "redis exporter",
    command: program,
    args: [`--web.listen-address=${address}`],
    env: {
      ...environment,
      REDIS_ADDR: `redis://${host}`,
      REDIS_PASSWORD: decodeURIComponent(password),
    },
    logFile: join(dir, "redis-exporter.log"),
    isReady: async () => (await fetch(`http://${address}/metrics`)).ok,
    readyWithinMs: 20_000,
    stopSignal: "SIGTERM",
    graceMs: 5_000,
  });
  await service.start();
  return { address, stop: () => service.stop() };
}
