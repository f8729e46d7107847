/**
 * S1-S8 and S10 under kill -9: handler child, gpu-node, gateway and Redis (`appendfsync always`), each at random
 * moments of runs with eight nodes on both planes. The verdict comes from what the handlers wrote outside Redis.
 */
import { execFileSync } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Graph, WebhookPayload } from "@myspinbot/contracts/types.ts";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logOf } from "./client.ts";
import { startWorld, type World } from "./world.ts";

const KILLS = Number(process.env.E2E_KILLS ?? 20);
const RUNS_AT_ONCE = 3;
const sleep = (): { sleep_ms: number } => ({ sleep_ms: 40 });

const GRAPH: Graph = {
  name: "eight",
  nodes: [
    { id: "a", type: "ledger_node", plane: "node", params: sleep() },
    { id: "b", type: "ledger_python", plane: "python", params: sleep(), inputs: { x: "$a.v" } },
    { id: "c", type: "ledger_python", plane: "python", params: sleep(), inputs: { x: "$a.v" } },
    { id: "d", type: "ledger_node", plane: "node", params: sleep(), inputs: { x: "$b.v" } },
    { id: "e", type: "ledger_python", plane: "python", params: sleep(), inputs: { x: "$b.v", y: "$c.v" } },
    { id: "f", type: "ledger_node", plane: "node", params: sleep(), inputs: { x: "$d.v", y: "$e.v" } },
    { id: "g", type: "ledger_python", plane: "python", params: sleep(), inputs: { x: "$f.v" } },
    { id: "h", type: "ledger_node", plane: "node", params: sleep(), inputs: { x: "$g.v", y: "$e.v" } },
  ],
  output: { h: "$h.v" },
};
for (const node of GRAPH.nodes) node.retry = { max_attempts: 10, backoff_ms: 50 };
const RIGHT = "h(g(f(d(b(a())),e(b(a()),c(a())))),e(b(a()),c(a())))";

let world: World;
/** Who is told the ends of runs, outside of all that is killed: ids of deliveries, by run. */
let receiver: Server;
const told = new Map<string, Set<string>>();

/** A receiver that takes everything. @returns its address */
async function startReceiver(): Promise<string> {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("error", () => {});
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { data } = JSON.parse(Buffer.concat(chunks).toString()) as WebhookPayload;
      const { run_id } = data.run;
      told.set(run_id, (told.get(run_id) ?? new Set()).add(String(request.headers["webhook-id"])));
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
}

/** One delivery of the run's end, which the receiver knows by this id and no other. */
async function expectTold(run: string): Promise<void> {
  for (const until = Date.now() + 60_000; ;) {
    const { deliveries } = await world.client.webhooks.deliveriesOfRun(run);
    expect(
      deliveries.map(({ event }) => event),
      `S5 ${run}`,
    ).toEqual(["run.succeeded"]);
    const [delivery] = deliveries;
    if (delivery!.status === "delivered") {
      expect([...(told.get(run) ?? [])], `S5 ${run}`).toEqual([delivery!.delivery_id]);
      return;
    }
    if (Date.now() > until) throw new Error(`S5: ${JSON.stringify(delivery)}`);
    await delay(100);
  }
}
let redis: Redis;

/** All processes below one: a gpu-node's handlers are children of their guards. */
function descendantsOf(pid: number): number[] {
  const rows = execFileSync("ps", ["-A", "-o", "ppid=,pid="], { encoding: "utf8" }).trim().split("\n");
  const pairs = rows.map((row) => row.trim().split(/\s+/).map(Number) as [number, number]);
  const found = [pid];
  for (const parent of found) for (const [ppid, child] of pairs) if (ppid === parent) found.push(child);
  return found.slice(1);
}

/** Kills a process that is in the middle of a handler; answers false if none is. */
function killBusyChild(world: World): boolean {
  const children = new Set(world.gpuNodes.flatMap((node) => descendantsOf(node.service.pid)));
  const lines = world.ledger();
  const ended = new Set(
    lines.filter(({ phase }) => phase === "end").map(({ task, node }) => `${task} ${node}`),
  );
  const busy = lines.filter(
    ({ phase, pid, task, node }) =>
      phase === "begin" && children.has(pid ?? 0) && !ended.has(`${task} ${node}`),
  );
  const victim = busy.at(-1)?.pid;
  if (!victim) return false;
  try {
    return process.kill(victim, "SIGKILL");
  } catch {
    return false;
  }
}

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!;

const VICTIMS: Record<string, (world: World, submitMore: () => Promise<void>) => Promise<void>> = {
  "the handler child": async (world, submitMore) => {
    const until = Date.now() + 20_000;
    for (let looks = 1; !killBusyChild(world); looks += 1) {
      if (Date.now() > until) throw new Error("no handler child was busy");
      // All runs may have ended before the first look.
      if (looks % 100 === 0) await submitMore();
      await delay(2);
    }
  },
  "a gpu-node": ({ gpuNodes }) => pick(gpuNodes).service.restart(),
  "a gateway": ({ gateways }) => pick(gateways).service.restart(),
  Redis: ({ valkey }) => valkey.service.restart(),
};

let webhook: { url: string };
async function submit(key: string): Promise<string> {
  return (await world.client.runs.submit({ graph: GRAPH, webhook }, { idempotencyKey: key })).run_id;
}

/** A node whose success stands in the log must not begin again later. */
async function judge(run: string, key: string): Promise<void> {
  const ended = await world.client.runs.watch(run);
  expect(ended.status, JSON.stringify(ended.error ?? ended.nodes)).toBe("succeeded");
  expect(ended.output).toEqual({ h: RIGHT });

  const events = await logOf(world.client, run);
  expect(
    events.map((event) => event.seq),
    `S6 ${run}`,
  ).toEqual(events.map((_, i) => i + 1));
  expect(
    events.filter((event) => event.type.startsWith("run.succ")),
    `S3 ${run}`,
  ).toHaveLength(1);
  for (const node of GRAPH.nodes) {
    const successes = events.filter((event) => event.type === "node.succeeded" && event.node_id === node.id);
    expect(successes, `S1 ${run} ${node.id}`).toHaveLength(1);
    const accepted = Date.parse(successes[0]!.at);
    const lines = world.ledger().filter((line) => line.run === run && line.node === node.id);
    const late = lines.filter((line) => line.phase === "begin" && line.at > accepted);
    expect(late, `S8 ${run} ${node.id}`).toEqual([]);
    expect(
      lines.some((line) => line.phase === "end"),
      `S2 ${run} ${node.id}`,
    ).toBe(true);
  }
  expect(await submit(key), `S7 ${key}`).toBe(run);
  await expectTold(run);
}

async function expectRest(): Promise<void> {
  const until = Date.now() + 20_000;
  for (;;) {
    const keys = await redis.keys("msb:*");
    const streams = keys.filter((key) => /:(mail|tasks|reports)$/.test(key) && !key.includes(":run:"));
    const lengths = await Promise.all(streams.map((key) => redis.xlen(key)));
    const hashes = keys.filter((key) => /:pool:[^:]+:task:/.test(key));
    if (lengths.every((n) => n === 0) && hashes.length === 0) return;
    if (Date.now() > until) throw new Error(`S10: ${streams.join()} ${lengths.join()} ${hashes.join()}`);
    await delay(100);
  }
}

describe.each([1, 3])("with %i shard(s)", (shards) => {
  beforeAll(async () => {
    webhook = { url: await startReceiver() };
    world = await startWorld({ shards });
    redis = new Redis(world.valkey.url);
    redis.on("error", () => {});
  });
  afterAll(async () => {
    redis.disconnect();
    await world.stop();
    await new Promise((resolve) => receiver.close(resolve));
  });

  it.each(Object.keys(VICTIMS))(
    "every run ends right although %s is killed again and again",
    async (victim) => {
      const runs: { run: string; key: string }[] = [];
      const submitMore = async (): Promise<void> => {
        const key = `${victim}-${shards}-${runs.length}`.replaceAll(" ", "_");
        runs.push({ run: await submit(key), key });
      };
      const kills = shards === 1 ? KILLS : Math.ceil(KILLS / 4);
      for (let i = 0; i < kills; i += 1) {
        for (let n = 0; n < RUNS_AT_ONCE; n += 1) await submitMore();
        await delay(Math.random() * 400);
        await VICTIMS[victim]!(world, submitMore);
      }
      for (const { run, key } of runs) await judge(run, key);
      await expectRest();
    },
  );
});
