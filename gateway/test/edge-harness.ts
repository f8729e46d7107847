/** The Worker in its runtime beside a harness over the same Redis and store; nothing else drives. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEdge, type EdgeOptions, type EdgeServer } from "@myspinbot/services/edge.ts";
import type { SeaweedServer } from "@myspinbot/services/seaweed.ts";
import { inject } from "vitest";
import { ALL_SCOPES } from "../src/access/caller.ts";
import { keyHarness } from "./access-harness.ts";
import { createAppHarness, type AppHarness } from "./app-harness.ts";

const DRAIN_TOKEN = "a token of the gpu-nodes, 32 long".replaceAll(" ", "-");

export interface EdgeHarness extends AppHarness {
  edge: EdgeServer;
  /** Text of the key with which requests come that bring none. */
  key: string;
  ask(path: string, init?: RequestInit): Promise<Response>;
  drain(): Promise<{ runs: number; more: boolean }>;
  /** Another Worker over the same Redis. */
  another(change: Partial<EdgeOptions>): Promise<EdgeServer>;
}

export async function createEdgeHarness(prefix: string, seaweed: SeaweedServer): Promise<EdgeHarness> {
  const h = await createAppHarness(prefix, { seaweed });
  const dir = mkdtempSync(join(tmpdir(), "edge-"));
  const stops: (() => Promise<void>)[] = [() => h.close()];
  let count = 0;
  const another = async (change: Partial<EdgeOptions>): Promise<EdgeServer> => {
    const edge = await startEdge({
      dir: join(dir, `edge-${(count += 1)}`),
      bundle: inject("edgeBundle"),
      redisUrl: h.driver.valkey.url,
      s3: seaweed,
      ...change,
      env: {
        GATEWAY_KEY_PREFIX: prefix,
        GATEWAY_POOLS: "default,gpu",
        GATEWAY_LEASE_MS: "1500",
        GATEWAY_LOCK_MS: "1500",
        GATEWAY_DRIVER_LEASE_MS: "800",
        GATEWAY_RETRY_BACKOFF_MS: "20",
        GATEWAY_DRAIN_MS: "3000",
        GATEWAY_DRAIN_TOKEN: DRAIN_TOKEN,
        ...change.env,
      },
    });
    stops.unshift(() => edge.stop());
    return edge;
  };
  const edge = await another({});
  const { api_key: key } = await keyHarness(h).key("default", { scopes: [...ALL_SCOPES] });
  const ask: EdgeHarness["ask"] = (path, init = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has("authorization")) headers.set("authorization", `Bearer ${key}`);
    return fetch(edge.url + path, { ...init, headers });
  };
  return {
    ...h,
    ...{ edge, key, ask, another },
    async drain() {
      const answer = await ask("/internal/drain", {
        method: "POST",
        headers: { authorization: `Bearer ${DRAIN_TOKEN}` },
      });
      return (await answer.json()) as { runs: number; more: boolean };
    },
    async close() {
      for (const stop of stops) await stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
