/**
 * An upgrade while work is under way: an older gateway and an older box, ours beside them, then ours alone, then the older
 * ones alone again. What either took is finished. The older version is the commit before; `E2E_OLDER` names another.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Event, Graph, Run } from "@myspinbot/contracts/types.ts";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { type GatewayServer, startGateway } from "@myspinbot/services/gateway.ts";
import { type GpuNodeServer, startGpuNode } from "@myspinbot/services/gpu-node.ts";
import { startSeaweed } from "@myspinbot/services/seaweed.ts";
import { startValkey } from "@myspinbot/services/valkey.ts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { clientAt, logOf } from "./client.ts";
import { checkOut, olderCommit } from "./older-checkout.ts";

const commit = olderCommit();
if (commit === undefined) console.error("no older version: git has no history here");

interface Version {
  readonly gateway: GatewayServer;
  readonly box: GpuNodeServer;
}

const PARTS = (ms: number): Graph => ({
  name: "parts",
  input: { words: "Text[]" },
  groups: { word: { each: "$input.words", max: 4 } },
  nodes: [
    { id: "a", type: "ledger_node", plane: "node", params: { sleep_ms: 20 } },
    {
      ...{ id: "b", type: "ledger_python", plane: "python", group: "word", params: { sleep_ms: ms } },
      inputs: { x: "$word.item", y: "$a.v" },
    },
    { id: "c", type: "ledger_node", plane: "node", params: { sleep_ms: ms } },
    { id: "d", type: "ledger_python", plane: "python", inputs: { x: "$c.v" } },
  ],
  output: { b: "$b.v", d: "$d.v" },
});
const ASKS: Graph = {
  name: "asks",
  nodes: [
    { id: "a", type: "ledger_python", plane: "python" },
    { id: "ok", type: "approval", plane: "node", params: { message: "Go on?" }, inputs: { text: "$a.v" } },
    { id: "b", type: "ledger_python", plane: "python", inputs: { x: "$ok.text" } },
  ],
  output: { b: "$b.v" },
};
const WORDS = ["one", "two", "three"];
const RIGHT = { b: WORDS.map((word, i) => `b.${i}(${word},a())`), d: "d(c())" };

describe.skipIf(commit === undefined)("an upgrade from the version before, and back", () => {
  const dir = mkdtempSync(join(tmpdir(), "myspinbot-versions-"));
  const older = join(dir, "older");
  const ledger = join(dir, "ledger.jsonl");
  const stops: (() => Promise<unknown>)[] = [];
  const told: string[] = [];
  let webhook: { url: string };
  let start: (root: string) => Promise<Version>;

  beforeAll(async () => {
    checkOut(commit!, older);
    writeFileSync(ledger, "");
    const valkey = await startValkey({ dir: join(dir, "redis") });
    stops.push(() => valkey.stop());
    const s3 = await startSeaweed({ dir: join(dir, "s3") });
    stops.push(() => s3.stop());
    const receiver = createServer((request, response) => {
      told.push(String(request.headers["webhook-id"]));
      request.resume().once("end", () => response.writeHead(204).end());
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    stops.push(() => new Promise((resolve) => receiver.close(resolve)));
    webhook = { url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/` };
    const times = (app: string): Record<string, string> => ({
      [`${app}_LEASE_MS`]: "1500",
      [`${app}_DRAIN_GRACE_MS`]: "500",
    });
    start = async (root) => {
      const name = root === ROOT ? "ours" : "older";
      const extension = (file: string): string => join(root, "e2e", "extension", file);
      const gateway = await startGateway({
        ...{ root, s3, dir: join(dir, `gateway-${name}`), redisUrl: valkey.urlOf("gateway") },
        env: {
          ...times("GATEWAY"),
          GATEWAY_REAP_MS: "200",
          GATEWAY_RECONCILE_MS: "2000",
          GATEWAY_WEBHOOK_LOCAL: "true",
          GATEWAY_EXTENSIONS: extension("gateway.ts"),
          E2E_LEDGER: ledger,
        },
      });
      stops.push(() => gateway.stop());
      const box = await startGpuNode({
        ...{ root, s3, dir: join(dir, `gpu-node-${name}`), redisUrl: valkey.urlOf("pool-default") },
        env: {
          ...times("GPU_NODE"),
          GPU_NODE_RENEW_MS: "400",
          GPU_NODE_EXTENSIONS: extension("gpu_node_extension.py"),
          GPU_NODE_CHILD_ENVIRONMENT: "E2E_LEDGER",
          E2E_LEDGER: ledger,
        },
      });
      stops.push(() => box.stop());
      return { gateway, box };
    };
  });
  afterAll(async () => {
    for (const stop of stops.toReversed()) await stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const submit = async (gateway: GatewayServer, graph: Graph, input = {}): Promise<string> =>
    (await clientAt(gateway.url).runs.submit({ graph, input, webhook })).run_id;
  const seqs = (events: Event[]): number[] => events.map(({ seq }) => seq);
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

  it("finishes what is under way, waits, or asks a person, and tells webhooks once", async () => {
    const before = await start(older);
    const words = { words: WORDS };
    const long = await Promise.all(
      Array.from({ length: 2 }, () => submit(before.gateway, PARTS(1800), words)),
    );
    const asking = await submit(before.gateway, ASKS);
    const done = await clientAt(before.gateway.url).runs.watch(await submit(before.gateway, PARTS(5), words));
    expect(done).toMatchObject({ status: "succeeded", output: RIGHT });
    await vi.waitUntil(() => readFileSync(ledger, "utf8").includes(long[0]!), 60_000);

    const after = await start(ROOT);
    const client = clientAt(after.gateway.url);
    const mixed = await Promise.all([before, after].map(({ gateway }) => submit(gateway, PARTS(20), words)));
    await vi.waitUntil(async () => (await client.runs.get(asking)).status === "waiting", 60_000);
    await Promise.all([before.gateway.stop(), before.box.stop()]);

    await client.runs.resume(asking, { node_id: "ok", decision: "accept" });
    const ends = await Promise.all([...long, ...mixed].map((run) => client.runs.watch(run)));
    for (const run of ends) expect(run).toMatchObject({ status: "succeeded", output: RIGHT });
    const asked = await client.runs.watch(asking);
    expect(asked).toMatchObject({ status: "succeeded", output: { b: "b(a())" } });

    const fork = await client.runs.fork(done.run_id, { from_node: "d" });
    expect(await client.runs.watch(fork.run_id)).toMatchObject({ status: "succeeded", output: RIGHT });
    for (const { run_id } of [...ends, asked, done] as Run[]) {
      const events = await logOf(client, run_id);
      expect(seqs(events)).toEqual(upTo(events.length));
    }
    await vi.waitUntil(() => new Set(told).size === ends.length + 2, 60_000);
    expect((await client.operators.deadLetters()).dead_letters).toEqual([]);
    await goBack(after, [...ends, asked]);
  });

  /** Nobody is left but the older ones: a commit that writes what the one before cannot read makes this fail. */
  async function goBack(after: Version, ended: Run[]): Promise<void> {
    const asking = await submit(after.gateway, ASKS);
    const long = await submit(after.gateway, PARTS(800), { words: WORDS });
    await vi.waitUntil(() => readFileSync(ledger, "utf8").includes(long), 60_000);
    await after.box.stop();
    const queued = await submit(after.gateway, PARTS(20), { words: WORDS });
    await after.gateway.stop();

    const client = clientAt((await start(older)).gateway.url);
    for (const { run_id } of ended)
      expect(await client.runs.get(run_id)).toMatchObject({ status: "succeeded" });
    for (const run of [long, queued])
      expect(await client.runs.watch(run)).toMatchObject({ status: "succeeded", output: RIGHT });
    await vi.waitUntil(async () => (await client.runs.get(asking)).status === "waiting", 60_000);
    await client.runs.resume(asking, { node_id: "ok", decision: "accept" });
    expect(await client.runs.watch(asking)).toMatchObject({ status: "succeeded", output: { b: "b(a())" } });
    await vi.waitUntil(() => new Set(told).size === ended.length + 4, 60_000);
    expect((await client.operators.deadLetters()).dead_letters).toEqual([]);
  }
});
