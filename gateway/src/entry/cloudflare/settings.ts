/** Reads the bindings of a Worker: the gateway's variables, and what only a Worker has. All errors together. */
import { readRedisAddress, readStoreAddress, type RedisAddress } from "../../addresses.ts";
import { ConfigError, readConfig, type Config } from "../../config.ts";
import type { Assets, Bindings, Network } from "./runtime.ts";

export interface Settings {
  config: Config;
  redis: RedisAddress;
  /** The way to Redis and the store where their addresses have no TLS: they lie behind the tunnel. */
  network: Network | undefined;
  assets: Assets | undefined;
  /** With which the gpu-nodes may ask for a drive; without it nobody may. */
  drainToken: string | undefined;
  /** Longest life of an event stream. */
  streamMs: number;
  /** How long work goes on behind an answer. */
  drainMs: number;
}

/** `waitUntil` is cut after 30 s, and what was begun must end. */
const MOST_DRAIN_MS = 25_000;
const LEAST_TOKEN = 32;
/** What a header can carry as one word. */
const WORD = /^[!-~]*$/;

/** @throws ConfigError */
export function readSettings(bindings: Bindings): Settings {
  const texts = Object.entries(bindings).filter(([, value]) => typeof value === "string");
  const env = Object.fromEntries(texts) as Record<string, string>;
  const problems: string[] = [];
  const config = readOrNote(env, problems);
  const drainToken = env.GATEWAY_DRAIN_TOKEN || undefined;
  if (drainToken !== undefined && drainToken.length < LEAST_TOKEN)
    problems.push(`GATEWAY_DRAIN_TOKEN has fewer than ${LEAST_TOKEN} characters`);
  else if (!WORD.test(drainToken ?? ""))
    problems.push("GATEWAY_DRAIN_TOKEN has a space or a letter that no header can carry");
  const streamMs = milliseconds(env, "GATEWAY_STREAM_MS", { otherwise: 300_000, most: 3_600_000 }, problems);
  const drainMs = milliseconds(env, "GATEWAY_DRAIN_MS", { otherwise: 20_000, most: MOST_DRAIN_MS }, problems);
  const network = bindings.NETWORK as Network | undefined;
  if (config) problems.push(...wrongWays(config, network));
  if (!config || problems.length > 0) throw new ConfigError(problems);
  return {
    config,
    redis: readRedisAddress(config.redis_url),
    network,
    assets: assetsOf(bindings.ASSETS),
    ...{ drainToken, streamMs, drainMs },
  };
}

function assetsOf(binding: unknown): Assets | undefined {
  const isThere = typeof (binding as Partial<Assets> | undefined)?.fetch === "function";
  return isThere ? (binding as Assets) : undefined;
}

function readOrNote(env: Record<string, string>, problems: string[]): Config | undefined {
  try {
    // Whatever it says: at the edge nobody is on this machine.
    return readConfig({ ...env, GATEWAY_AUTH: "required" });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

/** What a Worker cannot reach as it is set up. */
function wrongWays(config: Config, network: Network | undefined): string[] {
  const redis = readRedisAddress(config.redis_url);
  if (redis.path !== undefined)
    return ["GATEWAY_REDIS_URL is a Unix socket, and a Worker reaches Redis over the network only"];
  if (redis.cluster !== undefined)
    return ["GATEWAY_REDIS_URL is a cluster, which only a gateway on Node.js speaks with"];
  const plain = [
    ...(redis.tls ? [] : ["GATEWAY_REDIS_URL"]),
    ...(readStoreAddress(config.s3_endpoint).tls ? [] : ["GATEWAY_S3_ENDPOINT"]),
  ];
  if (plain.length === 0 || typeof network?.connect === "function") return [];
  return [
    `The binding NETWORK is missing: ${plain.join(" and ")} without TLS can be reached through it only`,
  ];
}

function milliseconds(
  env: Record<string, string>,
  name: string,
  { otherwise, most }: { otherwise: number; most: number },
  problems: string[],
): number {
  const text = env[name] || String(otherwise);
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most) problems.push(`${name} must be a number of milliseconds from 1 to ${most}`);
  return value;
}
