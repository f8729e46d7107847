/** The Worker in its runtime over a harness's Redis and store, and the key with which tests ask it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEdge, type EdgeOptions, type EdgeServer } from "@myspinbot/services/edge.ts";
import type { S3Access } from "@myspinbot/services/seaweed.ts";
import { inject } from "vitest";
import { createApiKeys } from "../src/access/api-keys.ts";
import { ALL_SCOPES } from "../src/access/caller.ts";
import { createKnownKeys } from "../src/access/known-keys.ts";
import { systemClock } from "../src/clock.ts";
import type { Harness } from "./driver-harness.ts";

export const DRAIN_TOKEN = "a token of the gpu-nodes, 32 long".replaceAll(" ", "-");

/** Short enough that what died is found within a test. */
const TIMES = {
  GATEWAY_LEASE_MS: "1500",
  GATEWAY_LOCK_MS: "1500",
  GATEWAY_DRIVER_LEASE_MS: "800",
  GATEWAY_RETRY_BACKOFF_MS: "20",
  GATEWAY_DRAIN_MS: "3000",
};

export interface EdgeFront {
  edge: EdgeServer;
  /** Of an owner that is called as callers without keys are. */
  key: string;
  /** With a key of the owner that `X-Owner` names, unless the request brings a right of its own. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Another Worker over the same Redis. */
  another(change: Partial<EdgeOptions>): Promise<EdgeServer>;
  stop(): Promise<void>;
}

export interface EdgeFrontOptions {
  prefix: string;
  driver: Pick<Harness, "redis" | "keys" | "valkey">;
  s3: S3Access;
  env: Readonly<Record<string, string>>;
}

export async function startEdgeFront({ prefix, driver, s3, env }: EdgeFrontOptions): Promise<EdgeFront> {
  const dir = mkdtempSync(join(tmpdir(), "edge-"));
  const edges: EdgeServer[] = [];
  const another: EdgeFront["another"] = async (change) => {
    const edge = await startEdge({
      ...{ dir: join(dir, `edge-${edges.length}`), bundle: inject("edgeBundle") },
      ...{ redisUrl: driver.valkey.url, s3 },
      ...change,
      env: {
        ...{ GATEWAY_KEY_PREFIX: prefix, GATEWAY_POOLS: "default,gpu", GATEWAY_DRAIN_TOKEN: DRAIN_TOKEN },
        ...{ ...TIMES, ...env, ...change.env },
      },
    });
    edges.push(edge);
    return edge;
  };
  const { redis, keys } = driver;
  const apiKeys = createApiKeys({ redis, keys, shard: "s0", clock: systemClock, known: createKnownKeys() });
  const made = new Map<string, Promise<string>>();
  const keyOf = (owner: string): Promise<string> => {
    const key =
      made.get(owner) ?? apiKeys.create({ owner, scopes: [...ALL_SCOPES] }).then((one) => one.api_key);
    made.set(owner, key);
    return key;
  };
  const [edge, key] = await Promise.all([another({}), keyOf("default")]);
  return {
    ...{ edge, key, another },
    async ask(path, init = {}) {
      const headers = new Headers(init.headers);
      const isRightful = headers.has("authorization") || new URL(path, edge.url).searchParams.has("token");
      if (!isRightful)
        headers.set("authorization", `Bearer ${await keyOf(headers.get("x-owner") ?? "default")}`);
      return fetch(edge.url + path, { redirect: "manual", ...init, headers });
    },
    async stop() {
      await Promise.all(edges.map((each) => each.stop()));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
