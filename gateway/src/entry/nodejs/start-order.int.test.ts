/** A gateway that starts before Redis and the object store, or with wrong ones: what it says, and that it needs no restart. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@myspinbot/client/client.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { prepareGateway, type GatewayServer } from "@myspinbot/services/gateway.ts";
import { freePort } from "@myspinbot/services/ports.ts";
import { prepareSeaweed } from "@myspinbot/services/seaweed.ts";
import { startValkey } from "@myspinbot/services/valkey.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "../../../test/until.ts";

let dir: string;
let stops: (() => Promise<unknown>)[];

beforeEach(async () => {
  stops = [];
  dir = await mkdtemp(join(tmpdir(), "order-"));
});
afterEach(async () => {
  for (const stop of stops) await stop();
  await rm(dir, { recursive: true, force: true });
});
const keep = <T extends { stop(): Promise<unknown> }>(server: T): T => {
  stops.unshift(() => server.stop());
  return server;
};

const NOWHERE = {
  endpoint: "http://127.0.0.1:9",
  region: "us-east-1",
  bucket: "films",
  accessKey: "a",
  secretKey: "b",
};

async function launch(options: Partial<Parameters<typeof prepareGateway>[0]>): Promise<GatewayServer> {
  const gateway = keep(
    await prepareGateway({ dir, redisUrl: "redis://127.0.0.1:9", s3: NOWHERE, ...options }),
  );
  gateway.service.launch();
  await until(async () => (await fetch(`${gateway.url}/healthz`).catch(() => undefined))?.ok);
  return gateway;
}

async function readyz(gateway: GatewayServer): Promise<{ status: number; detail: string }> {
  const response = await fetch(`${gateway.url}/readyz`);
  const { detail = "" } = (await response.json()) as { detail?: string };
  return { status: response.status, detail };
}

describe("a gateway that starts first", () => {
  it("is ready when it can be found, and not before, once Redis and the store are there", async () => {
    const port = await freePort();
    const seaweed = keep(await prepareSeaweed({ dir: join(dir, "s3"), bucket: "films" }));
    const gateway = await launch({ redisUrl: `redis://127.0.0.1:${port}`, s3: seaweed });
    const { status, detail } = await readyz(gateway);
    expect(status).toBe(503);
    expect(detail).toContain("redis: Nobody listens at the address of Redis (ECONNREFUSED)");
    expect(detail).toContain("executor: not announced");
    expect(detail).toContain("store: Nobody listens at the address of the object store (ECONNREFUSED)");
    const metrics = await fetch(`${gateway.url}/metrics`);
    expect(metrics.status).toBe(200);
    const page = await metrics.text();
    expect(page).toMatch(/^gateway_redis_up 0$/m);
    expect(page).toMatch(/^gateway_request_seconds_count/m);
    expect(page).not.toMatch(/^gateway_runs\{/m);

    await seaweed.service.start();
    keep(await startValkey({ dir: join(dir, "redis"), open: true, port }));
    await until(async () => (await readyz(gateway)).status === 200);
    const graph: Graph = {
      name: "words",
      nodes: [{ id: "a", type: "generate_script", plane: "node", inputs: { topic: "ships" } }],
      output: { text: "$a.narration" },
    };
    const { runs } = createClient({ base: gateway.url, runtime: systemRuntime });
    expect(await runs.submit({ graph })).toMatchObject({ status: "queued" });
    expect(await (await fetch(`${gateway.url}/metrics`)).text()).toMatch(/^gateway_redis_up 1$/m);
  });
});

describe("a Redis that cannot serve", () => {
  it("is refused at the start when it is a cluster and its address is of one server", async () => {
    const valkey = keep(
      await startValkey({ dir: join(dir, "redis"), open: true, args: ["--cluster-enabled", "yes"] }),
    );
    const gateway = keep(await prepareGateway({ dir, redisUrl: valkey.url, s3: NOWHERE }));
    gateway.service.launch();
    expect(await gateway.service.exited).toMatchObject({ code: 1 });
    expect(gateway.service.logTail(1)).toBe(
      "Redis is a cluster, and its address names a single server: write redis+cluster://.",
    );
  });

  it("is told of when it is full", async () => {
    const valkey = keep(
      await startValkey({ dir: join(dir, "redis"), open: true, args: ["--maxmemory", "1"] }),
    );
    const gateway = await launch({ redisUrl: valkey.url });
    expect((await readyz(gateway)).detail).toContain(
      "redis: Redis is full: it has reached its maxmemory (OOM)",
    );
  });
});
