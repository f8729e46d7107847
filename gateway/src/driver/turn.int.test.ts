/** Bounded turns in place of loops: nothing else drives here. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { SCRIPTS } from "@myspinbot/contracts/scripts.ts";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { createChaos } from "../../test/chaos.ts";
import { createHarness, result, type Harness } from "../../test/driver-harness.ts";
import { until } from "../../test/until.ts";
import { systemClock } from "../clock.ts";
import { createCommandClient, type Redis } from "../redis/client.ts";
import { noMetrics } from "../telemetry/metrics.ts";
import { createDriver, createMind, type Driver, type Mind } from "./driver.ts";
import type { SweepDeps } from "./sweeps.ts";
import { driveTurn, type Budget, type Turn, type TurnOptions } from "./turn.ts";

const PLENTY: Budget = { runs: 1000, ms: 60_000, sweep: true };
/** Longer than a test: nothing is adopted because its reader has been silent for so long. */
const NEVER_MS = 600_000;
const ONE: Graph = { name: "one", nodes: [{ id: "a", type: "node_work", plane: "node" }], output: {} };
const TWO: Graph = {
  name: "two",
  nodes: [
    { id: "a", type: "python_work", plane: "python", retry: { max_attempts: 3 } },
    { id: "b", type: "node_work", plane: "node", inputs: { v: "$a.v" } },
  ],
  output: { v: "$b.v" },
};

let h: Harness;
let count = 0;
const warn = vi.fn<(message: string, fields?: unknown) => void>();

afterEach(async () => {
  await h.close();
  warn.mockClear();
});

async function start(options: Parameters<typeof createHarness>[1] = {}): Promise<void> {
  h = await createHarness(`turn${(count += 1)}`, options);
}

function turn(budget: Partial<Budget> = {}, more: Partial<TurnOptions> = {}): Promise<Turn> {
  const options = { driver: h.driver, sweeps: [h.sweep], clock: systemClock, logger: { warn }, ...more };
  return driveTurn(options, { ...PLENTY, ...budget });
}

/** A driver of its own over another client. */
function driverOn(redis: Redis, mind?: Mind): { driver: Driver; sweeps: SweepDeps[] } {
  const driver = createDriver({
    redis,
    keys: h.keys,
    nodeTypes: h.nodeTypes,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    metrics: noMetrics,
    clock: { ...systemClock, sleep: () => Promise.resolve() },
    random: () => 0.5,
    lockMs: 200,
    retentionMs: 60_000,
    retryBackoffMs: 20,
    executors: () => Promise.resolve([]),
    ...(mind ? { mind } : {}),
  });
  return { driver, sweeps: [{ ...h.sweep, redis }] };
}

const dispatched = async (run: string): Promise<number> =>
  (await h.events(run)).filter(({ type }) => type === "node.dispatched").length;
const submit = (graph: Graph, many: number): Promise<string[]> =>
  Promise.all(Array.from({ length: many }, () => h.submit(graph)));
const statusOf = async (run: string): Promise<string> => (await h.record(run)).status ?? "";
const endByTurns = (run: string): Promise<unknown> =>
  until(async () => {
    await turn();
    return (await h.record(run)).completed_at;
  });

describe("turns of a driver", () => {
  it("find nothing where nobody has been yet, and leave the scripts that executors need", async () => {
    await start();
    expect(await turn()).toEqual({ runs: 0, more: false });
    const digests = Object.values(SCRIPTS).map(({ sha1 }) => sha1);
    expect(await h.redis.script("EXISTS", ...digests)).toEqual(digests.map(() => 1));
    expect(warn).not.toHaveBeenCalled();
  });

  it("bring a run to its end alone, over retries and lost tasks", async () => {
    await start({ leaseMs: 100 });
    const run = await h.submit(TWO);
    expect(await turn()).toEqual({ runs: 1, more: false });
    const first = await h.pull("default");
    const problem = {
      type: "about:blank",
      title: "x",
      status: 500,
      detail: "x",
      code: "handler-unavailable",
      class: "retryable",
    };
    await h.settle(first, [result(first.nodes[0]!, { status: "failed", problem: problem as never })]);
    // The retry has a timer, and its task an executor that dies.
    await until(async () => {
      await turn();
      return (await h.redis.xlen(h.keys.poolTasks("s0", "default"))) > 0;
    });
    const lost = await h.pull("default");
    await until(async () => {
      await turn();
      return (await h.events(run)).some(
        ({ type, data }) => type === "node.dispatched" && data.task_id !== lost.task_id && data.attempt !== 1,
      );
    });
    h.startExecutor("default", () => ({ outputs: { v: "made" } }));
    h.startExecutor("node", () => ({ outputs: { v: "told" } }));
    await endByTurns(run);
    expect(await statusOf(run)).toBe("succeeded");
    expect(await turn()).toEqual({ runs: 0, more: false });
  });

  it("take new mail only where they shall not sweep", async () => {
    await start();
    const run = await h.submit(ONE);
    expect(await turn({ sweep: false })).toEqual({ runs: 1, more: false });
    expect(await dispatched(run)).toBe(1);
    const [seconds] = await h.redis.time();
    await h.redis.zadd(h.keys.timers("s0"), Number(seconds) * 1000, `run_deadline|${run}|`);
    expect(await turn({ sweep: false })).toEqual({ runs: 0, more: false });
    expect(await turn()).toMatchObject({ more: false });
    expect(await statusOf(run)).toBe("timed_out");
  });

  it("stop at their budget of runs and say so; the next goes on at once, and none is driven twice", async () => {
    await start();
    h.sweep.driverLeaseMs = NEVER_MS;
    const runs = await submit(ONE, 8);
    const turns = [await turn({ runs: 3 }), await turn({ runs: 3 }), await turn({ runs: 3 })];
    expect(turns).toEqual([
      { runs: 3, more: true },
      { runs: 3, more: true },
      { runs: 2, more: false },
    ]);
    expect(await Promise.all(runs.map(dispatched))).toEqual(runs.map(() => 1));
  });

  it("begin nothing when their time is over, and hand back what they have read", async () => {
    await start();
    h.sweep.driverLeaseMs = NEVER_MS;
    const runs = await submit(ONE, 40);
    let now = 0;
    const slow: Driver = { take: (entry) => ((now += 10), h.driver.take(entry)) };
    expect(await turn({ ms: 25 }, { driver: slow, clock: { elapsed: () => now } })).toEqual({
      runs: 3,
      more: true,
    });
    expect((await Promise.all(runs.map(dispatched))).filter((tasks) => tasks === 1)).toHaveLength(3);
    expect(await turn()).toEqual({ runs: 37, more: false });
    expect(await Promise.all(runs.map(dispatched))).toEqual(runs.map(() => 1));
  });

  it.each([{ runs: 0 }, { ms: 0 }])("do nothing with %o", async (budget) => {
    await start();
    const run = await h.submit(ONE);
    expect(await turn(budget)).toEqual({ runs: 0, more: true });
    expect(await dispatched(run)).toBe(0);
  });

  it("share a shard's mail when they come at once, also under one name", async () => {
    await start();
    h.sweep.driverLeaseMs = NEVER_MS;
    const runs = await submit(ONE, 30);
    const turns = await Promise.all([turn(), turn(), turn({ sweep: false })]);
    expect(turns.reduce((sum, { runs: driven }) => sum + driven, 0)).toBe(30);
    expect(await Promise.all(runs.map(dispatched))).toEqual(runs.map(() => 1));
  });

  it("look after all shards", async () => {
    await start();
    const other = { ...h.sweep, shard: "s1" };
    const sweeps = [other, h.sweep];
    const run = await h.submit(ONE);
    expect(await turn({}, { sweeps })).toEqual({ runs: 1, more: false });
    expect(await dispatched(run)).toBe(1);
  });

  it("go on where one sweep fails, and say that it did", async () => {
    await start();
    await h.redis.set(h.keys.poolTasks("s0", "default"), "no stream");
    const run = await h.submit(ONE);
    expect(await turn()).toEqual({ runs: 1, more: false });
    expect(await dispatched(run)).toBe(1);
    expect(warn).toHaveBeenCalledWith("sweep failed", expect.objectContaining({ sweep: "reap" }));
  });

  it("throw when mail cannot be read", async () => {
    await start();
    const gone = createCommandClient(h.valkey.url);
    await gone.connect();
    gone.disconnect();
    await expect(turn({}, driverOn(gone))).rejects.toThrow("Connection is closed");
  });

  it("lose nothing, after whichever command one is killed", { timeout: 60_000 }, async () => {
    await start({ lockMs: 200 });
    h.sweep.driverLeaseMs = 50;
    h.startExecutor("default", () => ({ outputs: { v: "made" } }));
    h.startExecutor("node", () => ({ outputs: { v: "told" } }));
    let alive = 1;
    for (let died = true; died; alive += 1) {
      let commands = 0;
      const chaos = createChaos(h.redis, { random: () => 1, lostCalls: 0, lostReplies: 0 }, () => {
        if ((commands += 1) === alive) chaos.die();
      });
      const run = await h.submit(TWO);
      await turn({}, driverOn(chaos.redis)).catch(() => {});
      died = chaos.dead;
      await endByTurns(run);
      expect(await statusOf(run), `killed after ${alive} commands`).toBe("succeeded");
      const events = await h.events(run);
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      expect(events.filter(({ type }) => type === "node.succeeded").map(({ node }) => node)).toEqual([
        "a",
        "b",
      ]);
    }
    // Timers, leases, mail of three streams, collect, commit: and mail again.
    expect(alive).toBeGreaterThan(10);
  });

  it("may share one mind over connections that come and go", async () => {
    await start();
    h.startExecutor("default", () => ({ outputs: { v: "made" } }));
    h.startExecutor("node", () => ({ outputs: { v: "told" } }));
    const mind = createMind(() => 0.5);
    const run = await h.submit(TWO);
    await until(async () => {
      const redis = createCommandClient(h.valkey.url);
      await turn({}, driverOn(redis, mind));
      redis.disconnect();
      return (await h.record(run)).completed_at;
    });
    expect(await statusOf(run)).toBe("succeeded");
  });
});
