/** Cancels and time limits reach handlers that do not listen and the programs that they started, whoever is killed (S9). */
import type { Graph, RunCreate } from "@myspinbot/contracts/types.ts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { clientAt, logOf } from "./client.ts";
import { descendantsOf, expectNobodyHeld, linesOf, livingOf } from "./ledger.ts";
import { startWorld, type World } from "./world.ts";

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world?.stop();
});

const graph = (params: Record<string, unknown>): Graph => ({
  name: "both",
  nodes: [
    { id: "python", type: "ledger_python", plane: "python", params },
    { id: "node", type: "ledger_node", plane: "node", params },
    { id: "after", type: "ledger_node", plane: "node", inputs: { x: "$python.v", y: "$node.v" } },
  ],
  output: { v: "$after.v" },
});

/** A graph whose nodes may not try again when they took too long. */
const limited = (timeout_s: number): Graph => {
  const { nodes, ...rest } = graph({ deaf: true });
  return { ...rest, nodes: nodes.map((node) => ({ ...node, timeout_s, retry: { max_attempts: 1 } })) };
};

/** Handler, its program and that one's own on the python plane, and a thread on the other, all at work. */
const WORKERS = 4;

async function startDeaf(more: Partial<RunCreate> = {}): Promise<string> {
  const { run_id: run } = await world.client.runs.submit({ graph: graph({ deaf: true }), ...more });
  await vi.waitFor(
    () => {
      const beats = linesOf(world, run).filter(({ phase }) => phase === "beat");
      expect(new Set(beats.map(({ pid = 0 }) => pid)).size).toBe(WORKERS);
    },
    { timeout: 60_000, interval: 20 },
  );
  return run;
}

const cancel = async (run: string): Promise<string> => (await world.client.runs.cancel(run)).status;

/** Runs that take every place there is. */
async function doOtherWork(): Promise<void> {
  const { runs } = world.client;
  const others = [1, 2, 3, 4].map(() => runs.submit({ graph: graph({ sleep_ms: 40 }) }));
  for (const { run_id } of await Promise.all(others))
    expect((await runs.watch(run_id)).status).toBe("succeeded");
}

/** S9 in its words, at once and after whoever had the places has done other work. */
async function expectCanceled(run: string): Promise<void> {
  const { status, nodes } = await world.client.runs.watch(run);
  expect(livingOf(linesOf(world, run))).toEqual([]);
  expect([status, nodes.map((node) => node.status)]).toEqual([
    "canceled",
    ["canceled", "canceled", "canceled"],
  ]);
  await doOtherWork();
  expectNobodyHeld(world, run, await logOf(world.client, run));
}

describe("a cancel of handlers that do not listen", () => {
  it("is canceling until nothing of them is left, and answers so to everybody who asks", async () => {
    const run = await startDeaf();
    const answers = await Promise.all([cancel(run), cancel(run), cancel(run)]);
    for (const answer of answers) expect(answer).toMatch(/^cancel/);
    await expectCanceled(run);
    expect(await cancel(run)).toBe("canceled");
  });

  it.each([
    ["gateway", () => world.gateways[0]!],
    ["Worker", () => world.worker],
  ])("is heard although the %s that heard it is killed at once", async (_, front) => {
    const run = await startDeaf();
    const { url, service } = front();
    expect((await clientAt(url, world.key).runs.cancel(run)).status).toMatch(/^cancel/);
    await service.restart();
    await expectCanceled(run);
  });

  it("is heard although every gateway is killed", async () => {
    const run = await startDeaf();
    expect(await cancel(run)).toMatch(/^cancel/);
    await Promise.all(world.fronts.map(({ service }) => service.restart()));
    await expectCanceled(run);
  });

  it("is proved although the gpu-node that has the task is killed", async () => {
    const run = await startDeaf();
    const pids = livingOf(linesOf(world, run));
    const box = world.gpuNodes.find(({ service }) =>
      descendantsOf(service.pid).some((pid) => pids.includes(pid)),
    )!;
    expect(await cancel(run)).toMatch(/^cancel/);
    await box.service.restart();
    await expectCanceled(run);
  });

  it("is no answer before Redis has it, and kept when Redis is killed then", async () => {
    const run = await startDeaf();
    expect(await cancel(run)).toMatch(/^cancel/);
    await world.valkey.service.restart();
    expect(["canceling", "canceled"]).toContain((await world.client.runs.get(run)).status);
    await expectCanceled(run);
  });
});

describe("time limits of handlers that do not listen", () => {
  it.each([
    ["the run's deadline", { deadlines: { run_s: 5 } }, "timed_out", "run-deadline"],
    ["a node's time", { graph: limited(4) }, "failed", "node-timeout"],
  ])("%s ends the run, and nothing of them is left", async (_, more, status, code) => {
    const run = await startDeaf(more);
    const ended = await world.client.runs.watch(run);
    expect([ended.status, ended.error?.code]).toEqual([status, code]);
    await vi.waitFor(() => expect(livingOf(linesOf(world, run))).toEqual([]), {
      timeout: 60_000,
      interval: 20,
    });
    // A thread of a gateway has no process of its own to look for: it is over when it writes no more.
    await vi.waitFor(
      async () => {
        const lines = linesOf(world, run).length;
        await doOtherWork();
        expect(linesOf(world, run)).toHaveLength(lines);
      },
      { timeout: 60_000, interval: 0 },
    );
  });
});
