import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { steps } from "@myspinbot/contracts/steps.ts";
import { EXECUTOR, GROUPS } from "@myspinbot/contracts/wire.ts";
import { startValkey, type ValkeyServer } from "@myspinbot/services/valkey.ts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { AppError } from "../errors/app-error.ts";
import type { Handler, HandlerContext, Handlers } from "../handlers/handler.ts";
import type { Redis } from "../redis/client.ts";
import { runStep } from "../redis/scripts.ts";
import { createPassingClock } from "../../test/passing-clock.ts";
import type { ExecutorDeps } from "./executor.ts";
import { createTestPool, POOL, SHARD, type Report, type TestPool } from "./test/pool.ts";
import { startExecutor, type TestExecutor } from "./test/start-executor.ts";

const dir = mkdtempSync(join(tmpdir(), "executor-"));
let server: ValkeyServer;
let pool: TestPool;
let executors: TestExecutor[] = [];

beforeAll(async () => {
  server = await startValkey({ dir });
});
afterAll(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  pool = await createTestPool(server.url);
});
afterEach(async () => {
  await Promise.all(executors.map((executor) => executor.stop(0)));
  executors = [];
  pool.disconnect();
});

async function start(handlers: Handlers, more: Partial<ExecutorDeps> = {}): Promise<TestExecutor> {
  const executor = await startExecutor(server.url, pool, handlers, more);
  executors.push(executor);
  return executor;
}

/** A handler that waits until the test lets it end, and tells when it began. */
function gated(): { handler: Handler; began: Promise<HandlerContext>; end(): void; calls(): number } {
  const began = Promise.withResolvers<HandlerContext>();
  const ended = Promise.withResolvers<object>();
  const handler = vi.fn<(...args: never[]) => Promise<unknown>>((_params, _inputs, context) => {
    began.resolve(context);
    return ended.promise;
  });
  return {
    handler: handler as unknown as Handler,
    began: began.promise,
    end: () => ended.resolve({ done: true }),
    calls: () => handler.mock.calls.length,
  };
}

const holdsItself: Record<string, unknown> = {};
holdsItself.self = holdsItself;
const echo: Handler = async (_params, inputs) => ({ ...(inputs as object) });
const fromNode = (node: string, optional = false) => ({
  from: "node" as const,
  node,
  output: "value",
  optional,
});
const value = (of: unknown) => ({ from: "value" as const, value: of });

/**
 * A client that behaves like the given one, but loses the answer of the first script call that `lose` names, and
 * sends nothing while `isBroken`.
 */
function losingReplies(
  redis: Redis,
  lose: (args: string[]) => boolean,
  isBroken: () => boolean = () => false,
): { client: Redis; lost(): number } {
  let lost = 0;
  const client = new Proxy(redis, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      if (name !== "evalsha" && name !== "eval") return member.bind(target) as unknown;
      return async (...args: unknown[]) => {
        if (isBroken()) throw new Error("Connection is closed.");
        const answer = await (member as (...args: unknown[]) => Promise<unknown>).apply(target, args);
        if (lost > 0 || !lose(args.map(String))) return answer;
        lost += 1;
        throw new Error("Connection is closed.");
      };
    },
  });
  return { client, lost: () => lost };
}

describe("a task", () => {
  it("of one short node is a report of its start, and a settle with everything else", async () => {
    const task = await pool.addTask({ inputs: { value: value(7) } });
    const executor = await start({ work: echo });
    const reports = [await pool.nextReport(), await pool.nextReport()];
    expect(reports.map(({ kind, type }) => `${kind} ${type}`)).toEqual(["note node.started", "ending "]);
    expect(reports[0]!.body).toEqual({ attempt: 1, executor: executor.id, engine: "first" });
    expect(reports[1]!.body).toMatchObject({
      kind: "ending",
      outcome: "settled",
      reason: "",
      began: ["a"],
      results: [{ node_id: "a", attempt: 1, status: "succeeded", outputs: { value: 7 }, engine: "first" }],
    });
    expect(await pool.hash(task)).toMatchObject({ state: "closed", reported: "2", executor: executor.id });
    expect(await pool.redis.xlen(pool.keys.poolTasks(SHARD, POOL))).toBe(0);
  });

  it("has begun in Redis before its handler is called, in every node", async () => {
    const began: string[][] = [];
    let task = "";
    const handler: Handler = async (_params, _inputs, { nodeId }) => {
      const fields = await pool.redis.hkeys(pool.keys.poolTask(SHARD, POOL, task));
      began.push([nodeId, ...fields.filter((field) => field === `began:${nodeId}`)]);
      return { value: 1 };
    };
    task = await pool.addTask({ id: "a" }, { id: "b", inputs: { value: fromNode("a") } });
    await start({ work: handler });
    expect(await pool.endingOf(task)).toMatchObject({ outcome: "settled" });
    expect(began).toEqual([
      ["a", "began:a"],
      ["b", "began:b"],
    ]);
  });

  it("whose start deadline has passed is not begun", async () => {
    const handler = vi.fn<(...args: never[]) => Promise<unknown>>(async () => ({}));
    const task = await pool.addTask({});
    await pool.redis.hset(pool.keys.poolTask(SHARD, POOL, task), "start_by", "1");
    await start({ work: handler as unknown as Handler });
    expect(await pool.endingOf(task)).toMatchObject({ outcome: "released", began: [], results: [] });
    expect(await pool.endingOf(await pool.addTask({}))).toMatchObject({ outcome: "settled" });
    expect(handler).toHaveBeenCalledTimes(1);
  });

  it("passes outputs on, and a node waits for its own sources only", async () => {
    const slow = gated();
    await start({ work: echo, slow: slow.handler });
    const task = await pool.addTask(
      { id: "a", inputs: { value: value("x") } },
      { id: "slow", type: "slow" },
      { id: "b", inputs: { value: fromNode("a") } },
      { id: "c", inputs: { value: fromNode("b"), other: fromNode("slow", true) } },
      { id: "d", inputs: { value: fromNode("b") } },
    );
    const results = await resultsUntil(({ node }) => node === "d");
    expect(results).toEqual(["a", "b", "d"]);
    slow.end();
    const ending = await pool.endingOf(task);
    const outputs = (ending.results as { node_id: string; outputs: object }[]).map((r) => [
      r.node_id,
      r.outputs,
    ]);
    expect(Object.fromEntries(outputs)).toMatchObject({
      c: { value: "x" },
      d: { value: "x" },
      slow: { done: true },
    });
  });

  it("has no outputs but those that its nodes made, whatever the names", async () => {
    await start({ work: echo });
    const made = (optional: boolean) => ({ ...fromNode("constructor", optional), output: "constructor" });
    const task = await pool.addTask(
      { id: "constructor" },
      { id: "may", inputs: { value: made(true) } },
      { id: "needs", inputs: { value: made(false) } },
    );
    const { results } = (await pool.endingOf(task)) as { results: { node_id: string; outputs: object }[] };
    // Redis hands them out in any order.
    const outputs = results.map(({ node_id, outputs }) => [node_id, outputs]).toSorted();
    expect(outputs).toEqual([
      ["constructor", {}],
      ["may", {}],
    ]);
  });

  it("leaves to the driver what hangs on a failed node, and runs the rest", async () => {
    await start({
      work: echo,
      fail: () => Promise.reject(new AppError("text-empty", "Nothing to say.")),
    });
    const task = await pool.addTask(
      { id: "bad", type: "fail" },
      { id: "needs", inputs: { value: fromNode("bad") } },
      { id: "behind", after: ["needs"] },
      { id: "may", inputs: { value: fromNode("bad", true) } },
      { id: "free" },
    );
    const ending = await pool.endingOf(task);
    const results = ending.results as { node_id: string; status: string; problem?: object }[];
    expect(ending.outcome).toBe("settled");
    expect(Object.fromEntries(results.map((r) => [r.node_id, r.status]))).toEqual({
      bad: "failed",
      free: "succeeded",
    });
    expect(results.find((r) => r.node_id === "bad")?.problem).toMatchObject({
      code: "text-empty",
      class: "permanent",
      detail: "Nothing to say.",
    });
  });

  it("skips what requires an output that was not made, and runs what can do without", async () => {
    await start({ work: echo });
    const task = await pool.addTask(
      { id: "a", inputs: { other: value(1) } },
      { id: "requires", inputs: { value: fromNode("a") } },
      { id: "behind", after: ["requires"] },
      { id: "hopes", inputs: { value: fromNode("a", true) } },
      { id: "hopes2", inputs: { value: fromNode("behind", true) } },
    );
    const ending = await pool.endingOf(task);
    const results = ending.results as { node_id: string; outputs: object }[];
    expect(ending.outcome).toBe("settled");
    expect(Object.fromEntries(results.map((r) => [r.node_id, r.outputs]))).toEqual({
      a: { other: 1 },
      hopes: {},
      hopes2: {},
    });
  });

  it("reports progress before the end, the last one always", async () => {
    const gate = gated();
    await start({
      work: async (params, inputs, context) => {
        for (let done = 1; done <= 50; done += 1) context.progress(done, 50, "steps");
        context.log("info", "half way");
        return gate.handler(params, inputs, context);
      },
    });
    const task = await pool.addTask({});
    await gate.began;
    gate.end();
    const seen: Report[] = [];
    while (seen.at(-1)?.kind !== "ending") seen.push(await pool.nextReport());
    const progress = seen
      .filter(({ type }) => type === "node.progress")
      .map(({ body }) => (body as { done?: number }).done);
    expect(progress.at(0)).toBe(1);
    expect(progress.at(-1)).toBe(50);
    expect(progress.length).toBeLessThan(5);
    expect(seen.filter(({ type }) => type === "node.log")).toHaveLength(1);
    expect(seen.at(-1)?.task).toBe(task);
  });
});

describe("a failure", () => {
  it("that nobody knows becomes handler-failed, and its message stays in our log", async () => {
    const executor = await start({ work: () => Promise.reject(new Error("password is hunter2")) });
    const ending = await pool.endingOf(await pool.addTask({}));
    expect(JSON.stringify(ending)).not.toContain("hunter2");
    const [result] = ending.results as { problem: { code: string; class: string; detail: string } }[];
    expect(result?.problem).toMatchObject({ code: "handler-failed", class: "permanent" });
    const line = executor.lines.find(({ msg }) => msg === "handler failed");
    expect((line?.fields.error as Error).message).toBe("password is hunter2");
    expect(result?.problem.detail).toContain(line?.fields.error_id as string);
  });

  it("of time aborts the handler and does not wait for it", async () => {
    const gate = gated();
    await start({ work: gate.handler });
    const ending = await pool.endingOf(await pool.addTask({ timeout_s: 0.05 }));
    expect(ending).toMatchObject({
      outcome: "settled",
      results: [{ status: "failed", problem: { code: "node-timeout", class: "retryable" } }],
    });
    expect((await gate.began).signal.aborted).toBe(true);
    gate.end();
  });

  it.each([
    ["no object", () => Promise.resolve(5), "invalid-output"],
    ["too large", () => Promise.resolve({ value: "x".repeat(70_000) }), "output-too-large"],
    ["not JSON", () => Promise.resolve({ value: 1n }), "invalid-output"],
    ["silently changed by JSON", () => Promise.resolve({ value: [NaN, new Date(0)] }), "invalid-output"],
    ["holding itself", () => Promise.resolve(holdsItself), "invalid-output"],
    [
      "refused by a handler of somebody else",
      () => Promise.reject(Object.assign(new Error("Rude."), { code: "text-rude" })),
      "text-rude",
    ],
    [
      "thrown at once",
      () => {
        throw new AppError("disk-full", "No room.");
      },
      "disk-full",
    ],
  ])("of outputs (%s) is named", async (_, handler, code) => {
    await start({ work: handler });
    const ending = await pool.endingOf(await pool.addTask({}));
    expect(ending).toMatchObject({ results: [{ status: "failed", problem: { code } }] });
  });
});

describe("what cannot be run", () => {
  it.each([
    ["an unknown type", { type: "stranger" }, "node type stranger is not known here"],
    ["another schema", { schema_digest: "cd".repeat(32) }, "node type work has another schema digest here"],
    ["a missing engine", { engine: "third" }, "no engine for work: third is not known here"],
    ["a cycle", { after: ["a"] }, "the nodes wait for each other in a circle"],
  ])("%s ends as mismatch with the reason", async (_, node, reason) => {
    await start({ work: echo });
    const ending = await pool.endingOf(await pool.addTask(node));
    expect(ending).toMatchObject({ outcome: "mismatch", reason, results: [], began: [] });
  });

  it("does not stop the loop", async () => {
    await start({ work: echo });
    const stream = pool.keys.poolTasks(SHARD, POOL);
    await pool.redis.xadd(stream, "*", "task", "no such {id}", "body", "{}");
    await pool.redis.xadd(stream, "*", "other", "fields");
    await pool.redis.xadd(stream, "*", "task", "task_s0_nobody", "body", "not json");
    await pool.addBody("task_s0_broken", "not json");
    await pool.addBody("task_s0_wrong", '{"task_id":"task_s0_wrong"}');
    expect(await pool.endingOf("task_s0_broken")).toMatchObject({
      outcome: "mismatch",
      reason: "the task is not JSON",
    });
    expect(await pool.endingOf("task_s0_wrong")).toMatchObject({ outcome: "mismatch" });
    expect(await pool.endingOf(await pool.addTask({}))).toMatchObject({ outcome: "settled" });
    await eventually(async () => expect(await pool.redis.xlen(stream)).toBe(0));
    expect((await pool.redis.xpending(stream, GROUPS.executors))[0]).toBe(0);
  });

  it("takes the engine that is asked for", async () => {
    await start({ work: async (_params, _inputs, { engine }) => ({ engine }) });
    const ending = await pool.endingOf(await pool.addTask({ engine: "second" }));
    expect(ending).toMatchObject({ results: [{ engine: "second", outputs: { engine: "second" } }] });
  });
});

describe("answers of Redis", () => {
  it("that are lost are asked for again: a settle counts once", async () => {
    const { client, lost } = losingReplies(pool.redis, (args) => args.includes("settled"));
    const executor = await start({ work: echo }, { redis: client });
    const task = await pool.addTask({});
    expect(await pool.endingOf(task)).toMatchObject({ outcome: "settled" });
    await eventually(() => expect(executor.lines.filter(({ msg }) => msg === "task ended")).toHaveLength(1));
    expect(lost()).toBe(1);
    expect(executor.lines.find(({ msg }) => msg === "task ended")?.fields.answer).toBe("closed");
    expect(await pool.redis.xlen(pool.keys.poolReports(SHARD, POOL))).toBe(2);
  });

  it("that are lost are asked for again: a report has no second effect", async () => {
    const { client, lost } = losingReplies(pool.redis, (args) => args.includes("node.started"));
    const gate = gated();
    await start({ work: gate.handler, next: echo }, { redis: client });
    const task = await pool.addTask({ id: "a" }, { id: "b", type: "next", after: ["a"] });
    await gate.began;
    await eventually(() => expect(lost()).toBe(1));
    gate.end();
    const seen: Report[] = [];
    while (seen.at(-1)?.kind !== "ending") seen.push(await pool.nextReport());
    const started = seen.filter(({ node, type }) => node === "a" && type === "node.started");
    expect(started).toHaveLength(1);
    expect(seen.at(-1)).toMatchObject({
      task,
      body: { outcome: "settled", began: expect.arrayContaining(["a", "b"]) },
    });
  });

  it("closed: the task stops and is forgotten", async () => {
    const gate = gated();
    const executor = await start({ work: gate.handler });
    const task = await pool.addTask({});
    const { signal } = await gate.began;
    await pool.nextReport();
    await pool.close(task);
    await eventually(() => expect(signal.aborted).toBe(true));
    await executor.stop(5000);
    expect(await pool.redis.xlen(pool.keys.poolReports(SHARD, POOL))).toBe(1);
  });
});

describe("cancel", () => {
  it.each([
    ["comes with a renewal", false, 100],
    ["comes by the control channel", true, 60_000],
  ])("%s: the handler is aborted, the task ends as canceled", async (_, publish, renewMs) => {
    const gate = gated();
    await start({ work: gate.handler, quick: echo }, { renewMs });
    const task = await pool.addTask({ id: "a", type: "quick" }, { id: "b", after: ["a"] });
    const { signal } = await gate.began;
    if (publish) await heard();
    await pool.cancel(task, publish);
    expect(await pool.endingOf(task)).toMatchObject({ outcome: "canceled", results: [{ node_id: "a" }] });
    expect(signal.aborted).toBe(true);
  });
});

describe("leases", () => {
  it("are kept while a task runs longer than its lease", async () => {
    const gate = gated();
    const clock = createPassingClock();
    await start({ work: gate.handler }, { leaseMs: 1000, renewMs: 100, clock });
    const task = await pool.addTask({});
    const { signal } = await gate.began;
    const claims = async () =>
      Number(/cmdstat_xclaim:calls=(\d+)/.exec(await pool.redis.info("commandstats"))?.[1] ?? 0);
    for (let passed = 0; passed <= 3000; passed += 300) {
      const before = await claims();
      clock.pass(300);
      await eventually(async () => expect(await claims()).toBeGreaterThan(before));
    }
    expect(signal.aborted).toBe(false);
    gate.end();
    expect(await pool.endingOf(task)).toMatchObject({ outcome: "settled" });
  });

  it("that may be over stop the task without a word", async () => {
    const gate = gated();
    const executor = await start({ work: gate.handler }, { leaseMs: 500, renewMs: 100 });
    const task = await pool.addTask({});
    const { signal } = await gate.began;
    await pool.nextReport();
    server.service.signal("SIGSTOP");
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    server.service.signal("SIGCONT");
    await pool.close(task);
    await executor.stop(5000);
    expect(await pool.redis.xlen(pool.keys.poolReports(SHARD, POOL))).toBe(1);
  });

  it("of entries that a dead connection swallowed are taken over with a renewal, at most once", async () => {
    const swallowed = gated();
    const other = gated();
    const task = await pool.addTask({ type: "swallowed" });
    await pool.swallow("exec_test");
    await start(
      { work: other.handler, swallowed: swallowed.handler },
      { executorId: "exec_test", renewMs: 50 },
    );
    const second = await pool.addTask({});
    await other.began;
    await swallowed.began;
    await renewals(3);
    swallowed.end();
    expect(await pool.endingOf(task)).toMatchObject({ outcome: "settled" });
    await renewals(3);
    expect(swallowed.calls()).toBe(1);
    other.end();
    expect(await pool.endingOf(second)).toMatchObject({ outcome: "settled" });
  });

  it("of swallowed entries are found behind more held tasks than are asked for at once", async () => {
    const gate = gated();
    const swallowed = gated();
    const many = EXECUTOR.recovered_entries + 20;
    const more = { executorId: "exec_test", slots: 1000, renewMs: 50 };
    const executor = await start({ work: gate.handler, swallowed: swallowed.handler }, more);
    for (let i = 0; i < many; i += 1) await pool.addTask({});
    await eventually(() => expect(gate.calls()).toBe(many));
    // Redis hands entries to the first reader that waits; without one the next is the test's to give away.
    executor.readers[0]!.disconnect(false);
    const task = await pool.addTask({ type: "swallowed" });
    await pool.swallow("exec_test");
    await swallowed.began;
    swallowed.end();
    expect(await pool.endingOf(task)).toMatchObject({ outcome: "settled" });
    gate.end();
  });

  it("beyond the places are released", async () => {
    const gate = gated();
    const more = { executorId: "exec_test", slots: 1, renewMs: 50 };
    await start({ work: gate.handler, surplus: echo }, more);
    const first = await pool.addTask({});
    await gate.began;
    const surplus = await pool.addTask({ type: "surplus" });
    await pool.swallow("exec_test");
    expect(await pool.endingOf(surplus)).toMatchObject({ outcome: "released", results: [], began: [] });
    gate.end();
    expect(await pool.endingOf(first)).toMatchObject({ outcome: "settled" });
  });
});

describe("a lost connection", () => {
  it("takes a settle with it, which is repeated when the task is handed out again", async () => {
    let broken = false;
    const { client } = losingReplies(
      pool.redis,
      () => false,
      () => broken,
    );
    const gate = gated();
    const executor = await start({ work: gate.handler }, { redis: client, leaseMs: 300, renewMs: 50 });
    const task = await pool.addTask({});
    await gate.began;
    await pool.nextReport();
    broken = true;
    gate.end();
    await eventually(() =>
      expect(executor.lines.map(({ msg }) => msg)).toContain("leases may be lost, tasks stopped"),
    );
    broken = false;
    executor.readers[0]!.disconnect(true);
    expect(await pool.endingOf(task)).toMatchObject({
      outcome: "settled",
      results: [{ outputs: { done: true } }],
    });
    expect(gate.calls()).toBe(1);
  });

  it("is made again, and what it swallowed is read before anything new", async () => {
    const executor = await start({ work: echo }, { executorId: "exec_test", renewMs: 60_000 });
    expect(await pool.endingOf(await pool.addTask({}))).toMatchObject({ outcome: "settled" });
    // Redis hands entries to the first reader that waits; without one the next two are the test's to give away.
    executor.readers[0]!.disconnect(true);
    const swallowed = await pool.addTask({});
    await pool.swallow("exec_test");
    const fresh = await pool.addTask({});
    await pool.endingOf(fresh);
    // Taken in this order; which of the two begins first is for the answers of Redis to say.
    const taken = executor.lines
      .filter(({ msg }) => msg === "task taken")
      .map(({ fields }) => fields.task_id);
    expect(taken.slice(1)).toEqual([swallowed, fresh]);
  });

  it("to a server that restarts costs nothing but time", async () => {
    const gate = gated();
    await start({ work: gate.handler, quick: echo });
    const running = await pool.addTask({});
    await gate.began;
    await server.service.restart();
    gate.end();
    expect(await pool.endingOf(running)).toMatchObject({ outcome: "settled" });
    expect(await pool.endingOf(await pool.addTask({ type: "quick" }))).toMatchObject({ outcome: "settled" });
  });
});

describe("a drain that operators order", () => {
  const order = async (executor: TestExecutor, what: "drain" | "none") => {
    const { redis, keys } = pool;
    const at = { shard: SHARD, pool: POOL, executor: executor.id };
    expect(await runStep(redis, steps.orderDrain(keys, { ...at, order: what }))).toBe(1);
  };

  it("finishes what is held, takes nothing new, says so, and is undone", async () => {
    const gate = gated();
    const executor = await start({ work: gate.handler, quick: echo });
    const task = await pool.addTask({});
    await gate.began;
    await order(executor, "drain");
    await eventually(async () => expect(await status(executor)).toBe("draining"));
    const late = await pool.addTask({ type: "quick" });
    gate.end();
    expect(await pool.endingOf(task)).toMatchObject({ outcome: "settled" });
    const other = await start({ quick: echo });
    expect(await pool.endingOf(late)).toMatchObject({ outcome: "settled" });
    await other.stop(0);
    const later = await pool.addTask({ type: "quick" });
    await order(executor, "drain");
    await eventually(async () => expect(await status(executor)).toBe("draining"));
    expect(await pool.hash(later)).toMatchObject({ state: "open", reported: "0" });
    await order(executor, "none");
    expect(await pool.endingOf(later)).toMatchObject({ outcome: "settled" });
    await eventually(async () => expect(await status(executor)).toBe("online"));
  });

  it("holds for a read that waits already", async () => {
    const executor = await start({ quick: echo }, { blockMs: 60_000, announceMs: 200 });
    await eventually(async () => {
      const [group] = (await pool.redis.xinfo("GROUPS", pool.keys.poolTasks(SHARD, POOL))) as unknown[][];
      expect(group).toContain("executors");
    });
    await order(executor, "drain");
    await eventually(async () => expect(await status(executor)).toBe("draining"));
    const task = await pool.addTask({ type: "quick" });
    await start({ quick: echo });
    expect(await pool.endingOf(task)).toMatchObject({ outcome: "settled" });
    expect(executor.lines.filter(({ msg }) => msg === "task taken")).toEqual([]);
  });
});

describe("a stop", () => {
  it("waits for what runs, and takes nothing new", async () => {
    const gate = gated();
    const executor = await start({ work: gate.handler, quick: echo });
    const task = await pool.addTask({});
    await gate.began;
    const stopped = executor.stop(10_000);
    await eventually(async () => expect(await status(executor)).toBe("draining"));
    const late = await pool.addTask({ type: "quick" });
    gate.end();
    expect(await pool.endingOf(task)).toMatchObject({ outcome: "settled" });
    await stopped;
    expect(await status(executor)).toBe("offline");
    expect(await pool.hash(late)).toMatchObject({ state: "open" });
    expect(await pool.redis.xinfo("CONSUMERS", pool.keys.poolTasks(SHARD, POOL), GROUPS.executors)).toEqual(
      [],
    );
  });

  it("releases what does not end in time, with what was done", async () => {
    const gate = gated();
    const executor = await start({ work: gate.handler, quick: echo });
    const task = await pool.addTask({ id: "a", type: "quick" }, { id: "b", after: ["a"] });
    const { signal } = await gate.began;
    await executor.stop(0);
    expect(signal.aborted).toBe(true);
    expect(await pool.endingOf(task)).toMatchObject({
      outcome: "released",
      reason: "the executor is stopping",
      began: expect.arrayContaining(["a", "b"]),
      results: [{ node_id: "a", status: "succeeded" }],
    });
  });
});

it("serves a shard whose group comes later, and the others meanwhile", async () => {
  const neighbor = await createTestPool(server.url, "s1", pool.keys);
  await start({ work: echo }, { shards: ["s1", SHARD] });
  expect(await pool.endingOf(await pool.addTask({}))).toMatchObject({ outcome: "settled" });
  const task = await neighbor.addTask({});
  await neighbor.redis.xgroup("CREATE", pool.keys.poolTasks("s1", POOL), GROUPS.executors, "0");
  expect(await neighbor.endingOf(task)).toMatchObject({ outcome: "settled" });
  neighbor.disconnect();
});

it("announces what it can run", async () => {
  const executor = await start({ work: echo });
  const row = await pool.redis.hgetall(pool.keys.poolExecutors(SHARD, POOL));
  expect(JSON.parse(row[executor.id]!)).toMatchObject({
    executor_id: executor.id,
    plane: "node",
    slots: 4,
    node_types: [
      {
        type: "work",
        engines: [
          { name: "first", available: true },
          { name: "second", available: true },
        ],
      },
    ],
  });
  expect(row[`status:${executor.id}`]).toBe("online");
});

async function status(executor: TestExecutor): Promise<string | null> {
  return pool.redis.hget(pool.keys.poolExecutors(SHARD, POOL), `status:${executor.id}`);
}

async function resultsUntil(last: (report: Report) => boolean): Promise<string[]> {
  const nodes: string[] = [];
  for (;;) {
    const report = await pool.nextReport();
    if (report.kind === "result") nodes.push(report.node);
    if (report.kind === "result" && last(report)) return nodes;
  }
}

/** Resolves when the executor has subscribed. */
async function heard(): Promise<void> {
  const channel = pool.keys.channels.poolControl(SHARD, POOL);
  await eventually(async () => expect(await pool.redis.pubsub("NUMSUB", channel)).toEqual([channel, 1]));
}

/** Resolves after so many renewals were answered by the server. */
async function renewals(count: number): Promise<void> {
  const calls = async () => {
    const info = await pool.redis.info("commandstats");
    return Number(/cmdstat_xpending:calls=(\d+)/.exec(info)?.[1] ?? 0);
  };
  const before = await calls();
  await eventually(async () => expect(await calls()).toBeGreaterThanOrEqual(before + count));
}

/** Resolves when a check passes; for what sends no event. Patient, because machines can be busy. */
function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 10_000, interval: 20 });
}
