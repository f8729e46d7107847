/** A gateway process at one address behind which the server changes: it goes on without being started again. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@myspinbot/client/client.ts";
import { ApiError } from "@myspinbot/client/errors.ts";
import { systemRuntime } from "@myspinbot/client/runtime.ts";
import type { Graph, Run } from "@myspinbot/contracts/types.ts";
import { startGateway, type GatewayServer } from "@myspinbot/services/gateway.ts";
import { startValkey, type ValkeyServer } from "@myspinbot/services/valkey.ts";
import { freshBucket, type S3Access } from "@myspinbot/services/seaweed.ts";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { oneAddress, type OneAddress } from "../../test/one-address.ts";
import { until } from "../../test/until.ts";
import { createCommandClient, type Redis } from "./client.ts";

const GRAPH: Graph = {
  name: "words",
  input: { topic: "Text" },
  nodes: [{ id: "script", type: "generate_script", plane: "node", inputs: { topic: "$input.topic" } }],
  output: { text: "$script.narration" },
};

let dir: string;
let store: S3Access;
let servers: ValkeyServer[];
let clients: Redis[];
let address: OneAddress;
let gateway: GatewayServer;
let client: Client;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "failover-"));
  store = await freshBucket(inject("store"));
  const args = ["--repl-diskless-sync-delay", "0"];
  servers = await Promise.all(
    ["a", "b"].map((name) => startValkey({ dir: join(dir, name), open: true, args })),
  );
  clients = servers.map((server) => createCommandClient(server.url));
  await clients[1]!.replicaof("127.0.0.1", servers[0]!.port);
  await until(async () => (await clients[1]!.info("replication")).includes("master_link_status:up"));
  address = await oneAddress(servers[0]!.port);
  gateway = await startGateway({ dir, redisUrl: address.url, s3: store });
  // What the gateway answers is what this is about: nothing is sent again.
  const patience = { patienceMs: 0, firstMs: 1, mostMs: 1 };
  client = createClient({ base: gateway.url, runtime: systemRuntime, patience });
});
afterAll(async () => {
  await gateway.stop();
  address.close();
  for (const client of clients) client.disconnect();
  await Promise.all(servers.map((server) => server.stop()));
  await rm(dir, { recursive: true, force: true });
});

/** What comes of a request that is sent once. */
const submit = (): Promise<Run> =>
  client.runs.submit({ graph: GRAPH, input: { topic: "why ships float" } }, { waitS: 20 });

async function readyz(): Promise<{ status: number; detail: string }> {
  try {
    await client.service.readiness();
    return { status: 200, detail: "" };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { status: error.status, detail: error.problem.detail };
  }
}

describe("a gateway whose Redis is replaced behind its address", () => {
  it("says what a replica is, and works on as soon as the address leads to the new primary", async () => {
    expect(await submit()).toMatchObject({ status: "succeeded" });
    const [old, next] = clients as [Redis, Redis];
    await old.wait(1, 5000);
    await next.replicaof("NO", "ONE");
    await old.replicaof("127.0.0.1", servers[1]!.port);
    await expect(submit()).rejects.toMatchObject({
      status: 503,
      problem: { detail: "Redis is a read-only replica (READONLY); try again." },
    });
    await until(async () => (await readyz()).status === 503);
    expect((await readyz()).detail).toContain("Redis is a read-only replica (READONLY)");

    address.lead(servers[1]!.port);
    await until(async () => (await readyz()).status === 200);
    expect(await submit()).toMatchObject({ status: "succeeded" });
  });

  it.each([
    "LOADING Redis is loading the dataset in memory",
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    "CLUSTERDOWN The cluster is down",
    "READONLY You can't write against a read only replica.",
  ])("makes its connections again at %s", async (error) => {
    address.answer(error);
    await until(async () => (await readyz()).status === 200);
    expect(await submit()).toMatchObject({ status: "succeeded" });
  });
});
