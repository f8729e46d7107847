/** Runs over three Valkey masters, each with some of the shards: all that is done there is done here, and one that dies stops its own shards only. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Client } from "@myspinbot/client/client.ts";
import type { Graph, Run } from "@myspinbot/contracts/types.ts";
import { startGateway, type GatewayServer } from "@myspinbot/services/gateway.ts";
import { startGpuNode, type GpuNodeServer } from "@myspinbot/services/gpu-node.ts";
import { startSeaweed, type SeaweedServer } from "@myspinbot/services/seaweed.ts";
import { startValkeyCluster, type ValkeyCluster } from "@myspinbot/services/valkey-cluster.ts";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientAt, impatientAt, logOf, refusalOf } from "./client.ts";
import { ALL_SCOPES, makeKey } from "./make-key.ts";

/** Where they lie with three masters: s2, s3, and s0 with s1. */
const SHARDS = 4;
/** The one on a server of its own that is killed. */
const THERE = "s3";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

let dir: string;
let cluster: ValkeyCluster;
let seaweed: SeaweedServer;
let gateway: GatewayServer;
let box: GpuNodeServer;
let client: Client;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "myspinbot-cluster-"));
  [cluster, seaweed] = await Promise.all([
    startValkeyCluster({ dir: join(dir, "redis"), servers: 3, args: ["--appendfsync", "always"] }),
    startSeaweed({ dir: join(dir, "s3") }),
  ]);
  const env = { E2E_LEDGER: join(dir, "ledger.jsonl") };
  [gateway, box] = await Promise.all([
    startGateway({
      ...{ dir: join(dir, "gateway"), redisUrl: cluster.urlOf("gateway"), s3: seaweed },
      env: {
        ...env,
        GATEWAY_SHARDS: String(SHARDS),
        GATEWAY_LEASE_MS: "1500",
        GATEWAY_DRIVER_LEASE_MS: "800",
        GATEWAY_LOCK_MS: "1500",
        GATEWAY_REAP_MS: "200",
        GATEWAY_RECONCILE_MS: "2000",
        GATEWAY_WEBHOOK_LOCAL: "true",
        GATEWAY_EXTENSIONS: here("extension/gateway.ts"),
      },
    }),
    startGpuNode({
      ...{ dir: join(dir, "box"), redisUrl: cluster.urlOf("pool-default"), s3: seaweed },
      env: {
        ...env,
        GPU_NODE_SHARDS: String(SHARDS),
        GPU_NODE_LEASE_MS: "1500",
        GPU_NODE_RENEW_MS: "400",
        GPU_NODE_EXTENSIONS: here("extension/gpu_node_extension.py"),
        GPU_NODE_CHILD_ENVIRONMENT: "E2E_LEDGER",
      },
    }),
  ]);
  client = clientAt(gateway.url);
}, 90_000);

afterAll(async () => {
  await Promise.all([gateway.stop(), box.stop()]);
  await Promise.all([cluster.stop(), seaweed.stop()]);
  rmSync(dir, { recursive: true, force: true });
});

/** A question between two nodes of both planes: a run that is under way for as long as a test wants. */
const GRAPH: Graph = {
  name: "asked",
  nodes: [
    { id: "a", type: "ledger_node", plane: "node" },
    { id: "b", type: "ledger_python", plane: "python", inputs: { x: "$a.v" } },
    { id: "ok", type: "approval", plane: "node", inputs: { text: "$b.v" } },
    { id: "c", type: "ledger_python", plane: "python", inputs: { x: "$ok.text" } },
  ],
  output: { c: "$c.v" },
};
/** The same without the question. */
const PLAIN: Graph = {
  name: "plain",
  nodes: [
    { id: "a", type: "ledger_node", plane: "node" },
    { id: "c", type: "ledger_python", plane: "python", inputs: { x: "$a.v" } },
  ],
  output: { c: "$c.v" },
};
const shardOf = (run: string): string => run.split("_")[1]!;

/** Resolves when the run asks, with its id. */
async function asking(): Promise<string> {
  const { run_id } = await client.runs.submit({ graph: GRAPH });
  // From its first event on: a stream begins with the run as it is, which may ask already.
  for await (const frame of client.runs.follow(run_id, { after: 0 }))
    if (frame.kind === "event" && frame.event.type === "node.waiting") break;
  return run_id;
}

/** Runs that ask, at least one in each shard. */
async function askingInEachShard(): Promise<Map<string, string>> {
  const runs = new Map<string, string>();
  while (runs.size < SHARDS) {
    const run = await asking();
    runs.set(shardOf(run), run);
  }
  return runs;
}

async function answered(run: string): Promise<Run> {
  await client.runs.resume(run, { node_id: "ok", decision: "accept" });
  return client.runs.watch(run);
}

const RIGHT = { status: "succeeded", output: { c: "c(b(a()))" } };

describe("three masters", () => {
  it("carry runs of both planes in all shards", async () => {
    for (const run of (await askingInEachShard()).values()) expect(await answered(run)).toMatchObject(RIGHT);
  });

  it("lose nothing when one is killed, and runs of the others go on meanwhile", async () => {
    const runs = await askingInEachShard();
    const lost = cluster.servers[1]!;
    await lost.service.kill();
    for (const [shard, run] of runs) if (shard !== THERE) expect(await answered(run)).toMatchObject(RIGHT);

    // Who asks once is told which server is away.
    const impatient = impatientAt(gateway.url);
    const away = new RegExp(`: shard ${THERE} on 127\\.0\\.0\\.1:${lost.port}`);
    expect((await refusalOf(impatient.runs.get(runs.get(THERE)!))).detail).toMatch(away);
    expect((await refusalOf(impatient.service.readiness())).detail).toMatch(away);
    expect(await (await fetch(`${box.url}/readyz`)).text()).toMatch(away);

    await lost.service.start();
    expect(await answered(runs.get(THERE)!)).toMatchObject(RIGHT);
    for (const run of runs.values()) {
      const seqs = (await logOf(client, run)).map(({ seq }) => seq);
      expect(seqs).toEqual(Array.from(seqs, (_, index) => index + 1));
    }
  });

  it("answer for all shards together, and forget what is deleted in each", async () => {
    const ids = [...(await askingInEachShard()).values()];
    const listed: string[] = [];
    for await (const { run_id } of client.runs.all({ status: "waiting", limit: 3 })) listed.push(run_id);
    expect(listed).toEqual(expect.arrayContaining(ids));
    expect((await client.operators.overview()).runs.waiting).toBe(new Set(listed).size);
    for (const run of listed) {
      expect(await client.runs.cancel(run, { waitS: 20 })).toMatchObject({ status: "canceled" });
      await client.runs.delete(run);
    }
    expect((await client.operators.overview()).runs.waiting).toBe(0);
    expect((await client.runs.list({ status: "canceled" })).runs).toEqual([]);
  });

  it("do nothing with a shard that is being moved key by key, and follow one that was moved whole", async () => {
    const runs = await askingInEachShard();
    const [from, to] = [new Redis(cluster.servers[2]!.url), new Redis(cluster.servers[0]!.url)];
    const slot = await from.cluster("KEYSLOT", "{s0}");
    // Key by key nothing of it is whole, so a step is refused before it has begun.
    await to.cluster("SETSLOT", slot, "IMPORTING", await from.cluster("MYID"));
    await from.cluster("SETSLOT", slot, "MIGRATING", await to.cluster("MYID"));
    const answer = { node_id: "ok", decision: "accept" } as const;
    const refusal = await refusalOf(impatientAt(gateway.url).runs.resume(runs.get("s0")!, answer));
    expect(refusal.detail).toMatch(/^Redis is moving these keys .* \((ASK|TRYAGAIN)\): shard s0 on /);
    for (const each of [from, to]) await each.cluster("SETSLOT", slot, "STABLE");
    // As a whole, by the servers themselves.
    await from.call("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", slot, slot, "NODE", await to.cluster("MYID"));
    const key = `msb:{s0}:run:${runs.get("s0")}`;
    while (!String(await from.exists(key).catch(String)).includes("MOVED"))
      await new Promise((resolve) => setTimeout(resolve, 20));
    for (const run of runs.values()) expect(await answered(run)).toMatchObject(RIGHT);
    for (const each of [from, to]) each.disconnect();
  });

  // Last, because nobody is served without a key from now on.
  it("count the runs of a key with limits where they are made, and fork with it only what lies there", async () => {
    const free = clientAt(gateway.url, makeKey(cluster, ALL_SCOPES));
    const { run_id } = await freeRunIn(free, THERE);
    const limits = { live_runs: 3 };
    const scopes = ["runs:write", "runs:read"] as const;
    const { api_key } = await free.keys.create({ owner: "default", scopes: [...scopes], limits });
    const limited = impatientAt(gateway.url, api_key);
    const runs = await Promise.all([1, 2, 3].map(() => limited.runs.submit({ graph: GRAPH })));
    expect(runs.map((run) => shardOf(run.run_id))).toEqual(["s0", "s0", "s0"]);
    expect(await refusalOf(limited.runs.submit({ graph: GRAPH }))).toMatchObject({ status: 429 });
    for (const run of runs) expect(await limited.runs.cancel(run.run_id, { waitS: 20 })).toBeDefined();
    const fork = { from_node: "c" };
    expect(await refusalOf(limited.runs.fork(run_id, fork))).toMatchObject({ code: "fork-uncounted" });
    const forked = await free.runs.fork(run_id, fork);
    expect(await free.runs.watch(forked.run_id)).toMatchObject({ output: { c: "c(a())" } });
  });
});

/** A run that has ended well in that shard. */
async function freeRunIn(free: Client, shard: string): Promise<Run> {
  for (;;) {
    const { run_id } = await free.runs.submit({ graph: PLAIN });
    const run = await free.runs.watch(run_id);
    if (shardOf(run_id) === shard) return run;
  }
}
