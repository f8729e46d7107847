/** What is wrong with one run or one box costs the other runs nothing. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { hasSmallDisks } from "@myspinbot/services/small-disk.ts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { clientAt, logOf } from "./client.ts";
import { startWorld, type World } from "./world.ts";

let world: World;

beforeAll(async () => {
  world = await startWorld({ smallDisks: true });
});
afterAll(async () => {
  await world?.stop();
});

const graph = (max_attempts: number, params: Record<string, unknown> = {}): Graph => ({
  name: "one",
  nodes: [
    { id: "a", type: "ledger_python", plane: "python", params, retry: { max_attempts, backoff_ms: 50 } },
  ],
  output: { v: "$a.v" },
});

async function start(max_attempts: number, params?: Record<string, unknown>): Promise<string> {
  const { run_id } = await world.client.runs.submit({ graph: graph(max_attempts, params), input: {} });
  return run_id;
}

/** Runs that may try once only: whatever another run or box does to them, fails them. */
const startHealthy = (count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, () => start(1, { sleep_ms: 20 })));

async function statuses(runs: string[]): Promise<string[]> {
  return (await Promise.all(runs.map((run) => world.client.runs.watch(run)))).map(({ status }) => status);
}

const SUCCEEDED = (count: number): string[] => Array.from({ length: count }, () => "succeeded");

/** Leaves the first box no room while `work` is done; where no disk can be filled, its handler says so. */
async function withoutRoom(work: () => Promise<void>): Promise<void> {
  const disk = world.disks?.box;
  if (!disk) return suffering(0, "full", work);
  disk.fill();
  try {
    await work();
  } finally {
    disk.empty();
  }
}

/** Lets a box suffer while `work` is done; the extension of the gpu-node looks at the file. */
async function suffering(box: number, what: "sick" | "full", work: () => Promise<void>): Promise<void> {
  const cache = join(world.dir, `gpu-node-${box}`, "tasks", "cache");
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, what), "");
  try {
    await work();
  } finally {
    rmSync(join(cache, what));
  }
}

/** Starts runs until a box has met one, and says what is wrong with it. */
async function untilSaid(box: number, words: string, attempts: number): Promise<string[]> {
  const ends: string[] = [];
  const isSaid = async (): Promise<boolean> => {
    ends.push(...(await statuses([await start(attempts), await start(attempts)])));
    const [status, text] = await readiness(box);
    return status === 503 && text.includes(words);
  };
  await vi.waitUntil(isSaid, { timeout: 60_000, interval: 0 });
  return ends;
}

async function readiness(box: number): Promise<[number, string]> {
  const response = await fetch(`${world.gpuNodes[box]!.url}/readyz`);
  return [response.status, await response.text()];
}

/** Executors that say that an engine of the node type is not there, as far as any front knows. */
async function away(type: string): Promise<string[]> {
  const asked = world.fronts.map(({ url }) => clientAt(url, world.key).catalogue.executors());
  return (await Promise.all(asked))
    .flat()
    .filter(({ node_types }) =>
      node_types.some((each) => each.type === type && each.engines.some(({ available }) => !available)),
    )
    .map(({ executor_id }) => executor_id);
}

describe("a run whose engine goes away", () => {
  it.each(["node", "python"] as const)("on the plane %s waits for it, and says so", async (plane) => {
    const type = `ledger_${plane}`;
    const flag = join(world.dir, `ledger.jsonl.${plane}-away`);
    const nodes: Graph["nodes"] = [{ id: "a", type, plane, retry: { max_attempts: 20, backoff_ms: 50 } }];
    writeFileSync(flag, "");
    const graph = { name: "one", nodes, output: { v: "$a.v" } };
    // Accepted, because nobody has noticed yet: the first executors that try find out.
    const { run_id } = await world.client.runs.submit({ graph, input: {} });
    const read = () => world.client.runs.get(run_id);
    await expect
      .poll(async () => (await read()).queue, { timeout: 60_000 })
      .toEqual({
        waiting_for: [{ node_id: "a", type, reason: "ledger: the ledger is closed" }],
      });
    await expect
      .poll(read, { timeout: 60_000 })
      .toMatchObject({ status: "waiting", status_reason: expect.stringContaining("the ledger is closed") });
    rmSync(flag);
    expect((await world.client.runs.watch(run_id)).status).toBe("succeeded");
    // Each executor looks by itself: those that follow are told of none that is still away.
    await expect.poll(() => away(type), { timeout: 60_000 }).toEqual([]);
  });
});

describe("healthy runs", () => {
  it("succeed while and after the handler of one run dies five times", async () => {
    const poison = await start(5, { die: true });
    const beside = await startHealthy(6);
    const end = await world.client.runs.watch(poison);
    expect([end.status, end.error?.code]).toEqual(["failed", "handler-crashed"]);
    const died = (await logOf(world.client, poison)).filter(({ type }) => type === "node.started");
    expect(died).toHaveLength(5);
    expect(await statuses(beside)).toEqual(SUCCEEDED(6));
    expect(await statuses(await startHealthy(6))).toEqual(SUCCEEDED(6));
    expect((await Promise.all([readiness(0), readiness(1)])).map(([status]) => status)).toEqual([200, 200]);
  });

  it("succeed beside a box whose disk is full, which says so", async () => {
    await withoutRoom(async () => {
      const met = await untilSaid(0, "the disk is full", 1);
      expect(met).toEqual(SUCCEEDED(met.length));
      expect(await statuses(await startHealthy(24))).toEqual(SUCCEEDED(24));
    });
    await expect.poll(() => readiness(0), { timeout: 30_000 }).toEqual([200, expect.any(String)]);
  });

  it("are left to the other box by one where a type rests", async () => {
    await suffering(1, "sick", async () => {
      // These find out, and may try again.
      await untilSaid(1, "ledger_python crashed", 10);
      for (let i = 0; i < 6; i += 1) {
        const [run] = await startHealthy(1);
        expect(await statuses([run!])).toEqual(["succeeded"]);
        const events = await logOf(world.client, run!);
        expect(events.filter(({ type }) => type === "node.retrying")).toEqual([]);
      }
    });
  });
});

describe.skipIf(!hasSmallDisks())("a full disk of Redis", () => {
  const SAID = "The disk of Redis is full: free some room on it, and all goes on by itself";
  /** By the gateway, without a client that tries again. */
  const submit = (): Promise<Response> =>
    fetch(`${world.gateways[0]!.url}/v1/runs`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${world.key}` },
      body: JSON.stringify({ graph: graph(9, { sleep_ms: 20 }), input: {} }),
    });
  const readyGateway = async (): Promise<[number, string]> => {
    const response = await fetch(`${world.gateways[0]!.url}/readyz`);
    return [response.status, await response.text()];
  };

  it("is said by all that need it, and loses nothing that was accepted", async () => {
    const runs = [await start(9, { sleep_ms: 20 })];
    world.disks!.redis.fill();
    let answer = await submit();
    // What it has acknowledged it keeps in memory until there is room.
    for (; answer.status === 202; answer = await submit())
      runs.push(((await answer.json()) as { run_id: string }).run_id);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      code: "redis-unavailable",
      detail: `${SAID} (MISCONF); try again.`,
    });
    await expect.poll(readyGateway, { timeout: 30_000 }).toEqual([503, expect.stringContaining(SAID)]);
    await expect.poll(() => readiness(0), { timeout: 30_000 }).toEqual([503, expect.stringContaining(SAID)]);
    for (const gateway of ["gateway-0", "gateway-1"]) {
      const log = (): string[] => readFileSync(join(world.dir, gateway, "gateway.log"), "utf8").split("\n");
      const said = () => log().filter((line) => line.includes("redis cannot be used") && line.includes(SAID));
      await expect.poll(() => said().length, { timeout: 30_000 }).toBeGreaterThan(0);
      expect(said()).toHaveLength(1);
      expect(log().filter((line) => line.includes("MISCONF") && !line.includes(SAID))).toEqual([]);
    }
    world.disks!.redis.empty();
    await expect.poll(readyGateway, { timeout: 30_000 }).toEqual([200, expect.any(String)]);
    await expect.poll(() => readiness(0), { timeout: 30_000 }).toEqual([200, expect.any(String)]);
    expect(await statuses(runs)).toEqual(SUCCEEDED(runs.length));
    expect(await statuses(await startHealthy(6))).toEqual(SUCCEEDED(6));
  });
});
