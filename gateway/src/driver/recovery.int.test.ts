/** What drivers mend: lost streams, groups and hashes, restarts, poison, mail that nobody can read. */
import { steps } from "@myspinbot/contracts/steps.ts";
import type { Graph, Priority, Task } from "@myspinbot/contracts/types.ts";
import { PRIORITIES } from "@myspinbot/contracts/wire.ts";
import { noMetrics } from "../telemetry/metrics.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../clock.ts";
import { createHarness, reportOf, result, type Harness } from "../../test/driver-harness.ts";
import { until } from "../../test/until.ts";
import { runStep } from "../redis/scripts.ts";
import { taskStream } from "../redis/task-stream.ts";
import { createDriver } from "./driver.ts";

const ONE: Graph = { name: "one", nodes: [{ id: "a", type: "python_work", plane: "python" }], output: {} };

let h: Harness;
let count = 0;

beforeEach(async () => {
  h = await createHarness(`rec${(count += 1)}`, { leaseMs: 300, reconcileMs: 200 });
});
afterEach(async () => {
  await h.close();
});

const tasksKey = (level?: Priority): string => taskStream(h.keys, "s0", "default", level);
const finish = (task: Task): Promise<unknown> =>
  h.settle(
    task,
    task.nodes.map((node) => result(node, {})),
  );
const isDispatched = (level?: Priority): Promise<boolean> =>
  h.redis.xlen(tasksKey(level)).then((n) => n === 1);
const submitAt = (priority: Priority): Promise<string> =>
  h.submit(ONE, {}, { record: priority === "normal" ? {} : { priority } });

describe.each(PRIORITIES)("a run of the priority %s goes on after", (level) => {
  it("its task stream was deleted (F23, opik#5525)", async () => {
    h.startDriver();
    const run = await submitAt(level);
    await until(() => isDispatched(level));
    await h.redis.del(tasksKey(level));
    await finish(await h.pull("default"));
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
  });

  it("its task stream lost its group while a task was held", async () => {
    h.startDriver();
    const run = await submitAt(level);
    const held = await h.pull("default", "exec_first");
    await h.redis.xgroup("DESTROY", tasksKey(level), "executors");
    const again = await h.pull("default", "exec_second");
    expect(again.task_id).not.toBe(held.task_id);
    await h.settle(again, [result(again.nodes[0]!, {})], "settled", "exec_second");
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
    expect(await h.settle(held, [result(held.nodes[0]!, {})], "settled", "exec_first")).toBe("closed");
  });

  it("the hash of its task was deleted", async () => {
    h.startDriver();
    const run = await submitAt(level);
    const task = await h.pull("default");
    await h.redis.del(h.keys.poolTask("s0", "default", task.task_id));
    await finish(await h.pull("default"));
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
  });

  it("its executor was told that it holds it, before its lease was over", async () => {
    const told = h.redis.duplicate();
    await told.subscribe(h.keys.channels.poolControl("s0", "default"));
    const heard = new Promise((resolve) => void told.on("message", (_channel, message) => resolve(message)));
    h.startDriver();
    await submitAt(level);
    const task = await h.pull("default", "exec_deaf");
    expect(await heard).toBe("renew exec_deaf");
    expect(await h.redis.hget(h.keys.poolTask("s0", "default", task.task_id), "state")).toBe("open");
    told.disconnect();
  });

  it("its executor was lost with it", async () => {
    h.startDriver();
    const run = await submitAt(level);
    const lost = await h.pull("default", "exec_lost");
    const again = await h.pull("default", "exec_other");
    expect(again.task_id).not.toBe(lost.task_id);
    await h.settle(again, [result(again.nodes[0]!, {})], "settled", "exec_other");
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
    expect(await h.redis.xlen(tasksKey(level))).toBe(0);
  });

  it("the entry of its task was deleted", async () => {
    h.startDriver();
    const run = await submitAt(level);
    await until(() => isDispatched(level));
    const [entry] = await h.redis.xrange(tasksKey(level), "-", "+");
    await h.redis.xdel(tasksKey(level), entry![0]);
    await finish(await h.pull("default"));
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
  });
});

describe("a run goes on after", () => {
  it("the reports stream was deleted with the ending in it", async () => {
    h.startDriver();
    const run = await h.submit(ONE);
    const task = await h.pull("default");
    await h.stopDriver();
    await finish(task);
    await h.redis.del(h.keys.poolReports("s0", "default"));
    h.startDriver();
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
  });

  it("the mail stream was deleted before anyone read it", async () => {
    const run = await h.submit(ONE);
    await h.redis.del(h.keys.mail("s0"));
    h.startDriver();
    await finish(await h.pull("default"));
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
  });

  it("a driver died between reading the mail and collecting it", async () => {
    const stream = h.keys.mail("s0");
    await runStep(h.redis, steps.ensureGroup(h.keys, { stream, group: "drivers" }));
    const run = await h.submit(ONE);
    await h.redis.xreadgroup("GROUP", "drivers", "driver_dead", "STREAMS", h.keys.mail("s0"), ">");
    h.startDriver();
    await finish(await h.pull("default"));
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
  });

  it("Redis forgot all scripts (F22)", async () => {
    h.startDriver();
    const run = await h.submit(ONE);
    const task = await h.pull("default");
    await h.redis.script("FLUSH");
    await finish(task);
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
  });
});

describe("what was accepted stays", () => {
  it("counts one result when a report arrives twice (S1)", async () => {
    h.startDriver();
    const run = await h.submit(ONE);
    const task = await h.pull("default");
    const items = [reportOf(result(task.nodes[0]!, {}))];
    expect(await h.report(task, 1, items)).toBe("ok");
    expect(await h.report(task, 1, items)).toBe("ok");
    expect(await finish(task)).toBe("ok");
    expect(await finish(task)).toBe("closed");
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
    expect((await h.events(run)).filter((e) => e.type === "node.succeeded")).toHaveLength(1);
  });

  it("refuses an executor whose lease was reaped (F3, bull#308)", async () => {
    h.startDriver();
    const run = await h.submit(ONE);
    const stale = await h.pull("default", "exec_frozen");
    const fresh = await h.pull("default", "exec_other");
    expect(await h.settle(stale, [result(stale.nodes[0]!, {})], "settled", "exec_frozen")).toBe("closed");
    await h.settle(fresh, [result(fresh.nodes[0]!, {})], "settled", "exec_other");
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
  });

  it("never gives one task's settle to another consumer", async () => {
    h.startDriver();
    await h.submit(ONE);
    const task = await h.pull("default", "exec_owner");
    expect(await h.settle(task, [], "settled", "exec_thief")).toBe("closed");
    expect(await h.report(task, 1, [], "exec_thief")).toBe("closed");
  });
});

describe("poison", () => {
  it("becomes a dead letter with its reason, and the loop goes on", async () => {
    h.startDriver();
    await h.redis.xadd(h.keys.mail("s0"), "*", "run", "run_s0_x", "body", "{nonsense");
    await h.redis.xadd(h.keys.mail("s0"), "*", "garbage", "1");
    await h.redis.xadd(
      h.keys.poolReports("s0", "default"),
      "*",
      "run",
      "run_s0_x",
      "task",
      "../x",
      "kind",
      "ending",
      "body",
      "{}",
    );
    const run = await h.submit(ONE);
    await finish(await h.pull("default"));
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
    await until(async () => (await h.redis.xlen(h.keys.dead("s0"))) === 3);
    const reasons = (await h.redis.xrange(h.keys.dead("s0"), "-", "+")).map(
      ([, f]) => f[f.indexOf("reason") + 1],
    );
    expect(reasons.join(" | ")).toMatch(/not JSON.*run id.*task id/);
  });

  it("in a pool's stream fails the run with a clear problem instead of stopping the driver", async () => {
    h.startDriver();
    await h.redis.xadd(tasksKey(), "18446744073709551615-18446744073709551615", "task", "x", "body", "{}");
    const run = await h.submit(ONE);
    expect((await h.waitForEnd(run)).status).toBe("failed");
    const error = JSON.parse((await h.redis.hget(h.keys.runData("s0", run), "error"))!);
    expect(error.detail).toMatch(/pool default/);
  });

  it("in what a box says about another run's task changes nothing", async () => {
    h.startDriver();
    const run = await h.submit(ONE);
    await until(isDispatched);
    const ending = JSON.stringify({ kind: "ending", outcome: "settled", reason: "", began: [], results: [] });
    const forged = [
      "run",
      run,
      "task",
      "task_s0_forged",
      "kind",
      "ending",
      "node",
      "",
      "type",
      "",
      "body",
      ending,
    ];
    await h.redis.xadd(h.keys.poolReports("s0", "default"), "*", ...forged);
    await finish(await h.pull("default"));
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
  });

  it("that makes every drive fail ends the run after five drives, not never", async () => {
    const broken = createDriver({
      redis: h.redis,
      keys: h.keys,
      nodeTypes: { get: () => undefined, list: () => [] },
      logger: { debug() {}, info() {}, warn() {}, error() {} },
      metrics: noMetrics,
      clock: systemClock,
      random: () => 0.5,
      lockMs: 40,
      retentionMs: 60_000,
      retryBackoffMs: 10,
      executors: () => Promise.resolve([]),
    });
    h.driver.take = (entry) => broken.take(entry);
    h.startDriver();
    const run = await h.submit(ONE);
    expect((await h.waitForEnd(run)).status).toBe("failed");
    const error = JSON.parse((await h.redis.hget(h.keys.runData("s0", run), "error"))!);
    expect(error.code).toBe("drive-failed");
  });
});

describe("a restart of Redis", () => {
  it("reaps nothing until one lease after it, and then goes on", async () => {
    h.startDriver();
    const run = await h.submit(ONE);
    const task = await h.pull("default");
    await h.valkey.service.kill();
    await h.valkey.service.start();
    expect(await until(() => finish(task).catch(() => null))).toBe("ok");
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
    expect((await h.rows(run)).a!.attempt).toBe(1);
  });
});
