/** Who takes requests: a real gateway with an API key that has limits, and Fastify with BullMQ, each before Redis. */
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { startGateway } from "@myspinbot/services/gateway.ts";
import { freePort } from "@myspinbot/services/ports.ts";
import type { S3Access } from "@myspinbot/services/seaweed.ts";
import { Service } from "@myspinbot/services/service.ts";
import type { Target } from "../lib/http-load.ts";
import { pinWorker } from "../lib/redis-server.ts";
import type { WireProxy } from "../lib/wire-proxy.ts";

export interface Place {
  readonly dir: string;
  /** Between the server and Redis. */
  readonly proxy: WireProxy;
  readonly redisUrl: string;
}

export interface Contestant {
  readonly name: string;
  readonly pid: number;
  readonly proxy: WireProxy;
  /** Each request of all of them is another run. */
  readonly target: Target;
  stop(): Promise<void>;
}

/** One node that waits for a person: what is submitted is as large as usual, and nobody begins to work on it. */
const BODY = JSON.stringify({
  graph: {
    name: "ask",
    nodes: [
      {
        id: "ask",
        type: "approval",
        plane: "node",
        params: { message: "Shall it go on?" },
        inputs: { text: "x".repeat(700) },
      },
    ],
    output: { text: "$ask.text" },
  },
  metadata: { customer: "42", order: "0123456789" },
});
/** The largest there are, and keys in turns: limits are counted, not reached. */
export const MOST_PER_MINUTE = 10_000;
export const LIMITS = ["--runs-per-minute", String(MOST_PER_MINUTE), "--live-runs", "10000"];
const KEYS = 4;
const READY_MS = 30_000;

let requests = 0;
/** Each request is another run, that waits for a person. */
export const submitTarget = (port: number, authorizations: readonly string[]): Target => ({
  port,
  path: "/v1/runs",
  headers: (nth) => ({
    Authorization: authorizations[nth % authorizations.length]!,
    "Idempotency-Key": `request-${(requests += 1)}`,
  }),
  body: BODY,
});

/** Makes a key as whoever runs a gateway does. */
export function makeKey(redisUrl: string, limits: readonly string[]): string {
  const command = join(ROOT, "gateway", "src", "entry", "nodejs", "keys.ts");
  const args = ["create", "--owner", "bench", "--scopes", "runs:write,runs:read", ...limits];
  const env = { ...process.env, GATEWAY_REDIS_URL: redisUrl };
  return execFileSync(process.execPath, [command, ...args], { env, encoding: "utf8", stdio: "pipe" }).trim();
}

export async function ours({ dir, proxy, redisUrl }: Place, s3: S3Access): Promise<Contestant> {
  const gateway = await startGateway({
    dir: join(dir, "gateway"),
    redisUrl: proxy.url,
    s3,
    env: { GATEWAY_ROLES: "http", GATEWAY_LOG_LEVEL: "error" },
  });
  pinWorker(gateway.service.pid);
  const keys = Array.from({ length: KEYS }, () => makeKey(redisUrl, LIMITS));
  return {
    name: "ours",
    pid: gateway.service.pid,
    proxy,
    target: submitTarget(
      gateway.port,
      keys.map((key) => `Bearer ${key}`),
    ),
    stop: () => gateway.stop(),
  };
}

/** @param perMinute how many requests a key may make; 0 = as many as they like, which spares a round trip */
export async function peer({ dir, proxy }: Place, perMinute: number): Promise<Contestant> {
  const port = await freePort();
  const authorizations = Array.from(
    { length: KEYS },
    (_, n) => `Bearer peer_${n}23456789abcdef0123456789abcdef`,
  );
  const digests = authorizations.map((text) => createHash("sha256").update(text).digest("hex"));
  const name = `Fastify, ajv, BullMQ add${perMinute > 0 ? ", rate-limit" : ""}`;
  const folder = join(dir, `peer-${perMinute}`);
  mkdirSync(folder, { recursive: true });
  const service = new Service({
    name: `peer-${perMinute}`,
    command: process.execPath,
    args: [
      fileURLToPath(import.meta.resolve("./peer-server.ts")),
      ...[String(port), proxy.url, digests.join(","), String(perMinute)],
    ],
    logFile: join(folder, "peer.log"),
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/`)).status === 401,
    readyWithinMs: READY_MS,
    stopSignal: "SIGTERM",
    graceMs: 2_000,
  });
  await service.start();
  pinWorker(service.pid);
  return {
    name,
    pid: service.pid,
    proxy,
    target: submitTarget(port, authorizations),
    stop: () => service.stop(),
  };
}
