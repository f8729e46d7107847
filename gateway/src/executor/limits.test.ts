/** Limits act as wire.json says, whatever it says; test_limits.py asks the same of the twin. */
import type * as Wire from "@myspinbot/contracts/wire.ts";
import { afterAll, expect, it, vi } from "vitest";
import { createPassingClock } from "../../test/passing-clock.ts";
import type { NodeType } from "../graphs/node-types.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Steps } from "./steps.ts";

const WIRE = "@myspinbot/contracts/wire.ts";
// Files before this one and after it share the process, and know the true wire.
vi.resetModules();
vi.doMock(WIRE, async (original) => {
  const wire = await original<typeof Wire>();
  const others = { backoff_ms: 7, backoff_max_ms: 20, sure_percent: 37, kept_tasks: 3, engines_ms: 1234 };
  return { ...wire, EXECUTOR: { ...wire.EXECUTOR, ...others } };
});
const { createBackoff } = await import("./backoff.ts");
const { findEngines } = await import("./find-engines.ts");
const { createHeldTasks } = await import("./held-tasks.ts");
const { createLeases } = await import("./lease.ts");
const { createTaskMemory } = await import("./task-memory.ts");
afterAll(() => {
  vi.doUnmock(WIRE);
  vi.resetModules();
});

it("waits by the first and the longest pause of the wire", () => {
  const backoff = createBackoff(() => 1);
  expect([1, 2, 3, 4].map(() => backoff.next())).toEqual([7, 14, 20, 20]);
});

it("stops a task when the sure part of its lease is over, and not before", () => {
  const clock = createPassingClock();
  const [held, stopped] = [createHeldTasks(1), vi.fn()];
  const leases = createLeases({
    ...{ shard: "s0", held, clock, leaseMs: 1e9, renewMs: 1e9, backoff: createBackoff(() => 1) },
    recover: vi.fn(),
    steps: {} as Steps,
    logger: { error: vi.fn() } as unknown as Logger,
  });
  held.add({ id: "task", shard: "s0", confirm: vi.fn(), stop: stopped });
  leases.added(true);
  clock.pass(36e7);
  expect(stopped).not.toHaveBeenCalled();
  clock.pass(1e7);
  expect(stopped).toHaveBeenCalledWith("stale");
  leases.stop();
});

it("remembers as many tasks as it may, the newest", () => {
  const memory = createTaskMemory();
  for (const task of ["a", "b", "c", "d"]) memory.take(task, `entry of ${task}`);
  expect(["a", "b", "d"].map((task) => memory.entryOf(task))).toEqual([
    undefined,
    "entry of b",
    "entry of d",
  ]);
});

it("gives a handler that long to say which engines it has", async () => {
  const engines = vi.fn(async () => ({ kind: "done" as const, text: "[]" }));
  const host = { hasEngines: () => true, engines } as unknown as Parameters<typeof findEngines>[0];
  await findEngines(host, [{ type: "echo", engines: [] } as unknown as NodeType], ["echo"]);
  expect(engines).toHaveBeenCalledWith(expect.objectContaining({ timeoutMs: 1234 }));
});
