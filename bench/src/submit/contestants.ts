/** Who takes requests: a real gateway with API keys that have limits, as whoever runs one has it. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { startGateway } from "@myspinbot/services/gateway.ts";
import type { S3Access } from "@myspinbot/services/seaweed.ts";
import type { Target } from "../lib/http-load.ts";
import { pinWorker } from "../lib/redis-server.ts";

export interface Place {
  readonly dir: string;
  /** Where the server looks for Redis: it may be a proxy before it. */
  readonly redisUrl: string;
  /** Redis itself. */
  readonly nearUrl: string;
}

export interface Contestant {
  readonly name: string;
  readonly pid: number;
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
export const KEYS = 4;

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

/** With the log that it writes by default, as its peer does. */
export async function ours({ dir, redisUrl, nearUrl }: Place, s3: S3Access): Promise<Contestant> {
  const gateway = await startGateway({
    ...{ dir: join(dir, "gateway"), redisUrl, s3 },
    env: { GATEWAY_ROLES: "http" },
  });
  pinWorker(gateway.service.pid);
  const keys = Array.from({ length: KEYS }, () => makeKey(nearUrl, LIMITS));
  return {
    name: "ours",
    pid: gateway.service.pid,
    target: submitTarget(
      gateway.port,
      keys.map((key) => `Bearer ${key}`),
    ),
    stop: () => gateway.stop(),
  };
}
