/** The run engine over a real server: what a run does, seen from outside. */
import type { Graph, Task } from "@myspinbot/contracts/types.ts";
import { afterEach, describe, expect, it } from "vitest";
import { createHarness, note, reportOf, result, type Harness } from "../../test/driver-harness.ts";
import { until } from "../../test/until.ts";

let h: Harness;
let count = 0;

async function start(options: Parameters<typeof createHarness>[1] = {}): Promise<Harness> {
  h = await createHarness(`drv${(count += 1)}`, options);
  return h;
}

afterEach(async () => {
  await h.close();
});

const DIAMOND: Graph = {
  name: "diamond",
  nodes: [
    { id: "a", type: "node_work", plane: "node" },
    { id: "b", type: "python_work", plane: "python", inputs: { x: "$a.v" } },
    { id: "c", type: "python_work", plane: "python", inputs: { x: "$a.v" } },
    { id: "d", type: "node_work", plane: "node", inputs: { x: "$b.v", y: "$c.v" } },
    { id: "e", type: "python_work", plane: "python", inputs: { x: "$b.v", z: "$input.z?" } },
  ],
  output: { d: "$d.v", e: "$e.v" },
};

function add(node: { id: string; inputs: Record<string, unknown> }): { outputs: { v: string } } {
  const values = Object.values(node.inputs).map((input) => (input as { value?: string }).value ?? "inside");
  return { outputs: { v: `${node.id}(${values.join(",")})` } };
}

describe("a run", () => {
  it("runs across both planes and ends with its output", async () => {
    await start();
    h.startDriver();
    h.startExecutor("node", add);
    h.startExecutor("default", add);
    const run = await h.submit(DIAMOND, { z: "Z" });
    const record = await h.waitForEnd(run);
    expect(record.status).toBe("succeeded");
    const output = JSON.parse((await h.redis.hget(h.keys.runData("s0", run), "output"))!);
    expect(output).toEqual({ d: "d(b(a()),c(a()))", e: "e(inside,Z)" });
    const events = await h.events(run);
    expect(events.map((e) => e.seq)).toEqual(events.map((_, i) => i + 1));
    expect(events[0]!.type).toBe("run.queued");
    expect(events.at(-1)!.type).toBe("run.succeeded");
    expect(events.filter((e) => e.type === "run.started")).toHaveLength(1);
  });

  it("gives an executor the largest set of nodes that its plane can close over, one task per piece", async () => {
    await start();
    h.startDriver();
    h.startExecutor("node", add);
    const run = await h.submit(DIAMOND);
    const tasks = [await h.pull("default"), await h.pull("default")];
    expect(tasks.map(({ nodes }) => nodes.map((node) => node.id))).toEqual([["b", "e"], ["c"]]);
    for (const task of tasks)
      await h.settle(
        task,
        task.nodes.map((node) => result(node, { outputs: { v: node.id } })),
      );
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
  });

  it("spreads nodes that do not hang together over whoever has a free place", async () => {
    await start();
    h.startDriver();
    const ids = Array.from({ length: 8 }, (_, i) => `n${i}`);
    const nodes = ids.map((id) => ({ id, type: "python_work", plane: "python" as const }));
    const run = await h.submit({ name: "eight", nodes, output: {} });
    const boxes = ["exec_one", "exec_two"];
    const done: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      const held = await Promise.all(
        [...boxes, ...boxes].map(async (box) => ({ box, task: await h.pull("default", box) })),
      );
      for (const { box, task } of held) {
        done.push(...task.nodes.map((node) => node.id));
        await h.settle(
          task,
          task.nodes.map((node) => result(node, { outputs: { v: node.id } })),
          "settled",
          box,
        );
      }
    }
    expect(done.sort()).toEqual(ids);
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
  });

  it("tries a retryable failure again in a new task and then goes on", async () => {
    await start();
    h.startDriver();
    h.startExecutor("node", add);
    let failures = 0;
    h.startExecutor("default", (node) => {
      if (node.id !== "b" || (failures += 1) > 2) return add(node);
      return { status: "failed", problem: problem("handler-unavailable", "retryable") };
    });
    const run = await h.submit(DIAMOND);
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
    expect((await h.rows(run)).b).toMatchObject({ status: "succeeded", attempt: 3 });
    expect((await h.events(run)).filter((e) => e.type === "node.retrying")).toHaveLength(2);
  });

  it.each([
    ["at once after its first crash, as after a loss", "handler-crashed", {}, 0],
    ["after a pause that it names itself, also then", "handler-crashed", { backoff_ms: 40 }, 20],
    ["after a pause when it was told why", "handler-unavailable", {}, 10],
  ])("tries a node again %s", async (_, code, retry, least) => {
    await start();
    h.startDriver();
    let crashes = 0;
    h.startExecutor("default", () => {
      if ((crashes += 1) > 2) return { outputs: {} };
      return { status: "failed", problem: problem(code, "retryable") };
    });
    const run = await h.submit({
      name: "crash",
      nodes: [{ id: "a", type: "python_work", plane: "python", retry }],
      output: {},
    });
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
    expect((await h.rows(run)).a).toMatchObject({ status: "succeeded", attempt: 3 });
    const pauses = (await h.events(run))
      .filter(({ type }) => type === "node.retrying")
      .map(({ data }) => (data as { attempt: number; delay_ms: number }).delay_ms);
    expect(pauses).toHaveLength(2);
    expect(pauses[0]! === 0).toBe(least === 0);
    expect(pauses[0]).toBeGreaterThanOrEqual(least);
    // What crashes again is not hammered.
    expect(pauses[1]).toBeGreaterThanOrEqual(20);
  });

  it("fails with the problem of the node when nobody handles it", async () => {
    await start();
    h.startDriver();
    h.startExecutor("node", add);
    h.startExecutor("default", (node) =>
      node.id === "c" ? { status: "failed", problem: problem("no-face", "permanent") } : add(node),
    );
    const run = await h.submit(DIAMOND);
    expect((await h.waitForEnd(run)).status).toBe("failed");
    const error = JSON.parse((await h.redis.hget(h.keys.runData("s0", run), "error"))!);
    expect(error).toMatchObject({ code: "no-face", instance: "c" });
    expect((await h.rows(run)).d!.status).toBe("canceled");
  });

  it("follows a failure edge and skips what cannot run", async () => {
    await start();
    h.startDriver();
    h.startExecutor("node", (node) =>
      node.id === "try" ? { status: "failed", problem: problem("handler-failed", "permanent") } : add(node),
    );
    const run = await h.submit({
      name: "rescue",
      nodes: [
        { id: "try", type: "node_work", plane: "node" },
        { id: "then", type: "node_work", plane: "node", inputs: { x: "$try.v" } },
        { id: "rescue", type: "node_work", plane: "node" },
      ],
      edges: [{ from: "try", to: "rescue", on: "failure" }],
      output: { then: "$then.v?", rescue: "$rescue.v" },
    });
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
    const rows = await h.rows(run);
    expect([rows.try!.status, rows.then!.status, rows.rescue!.status]).toEqual([
      "failed",
      "skipped",
      "succeeded",
    ]);
  });

  it("issues a lost task again and counts the node as lost at most three times", async () => {
    await start({ leaseMs: 200 });
    h.startDriver();
    const run = await h.submit({
      name: "one",
      nodes: [{ id: "a", type: "python_work", plane: "python" }],
      output: {},
    });
    for (let i = 1; i <= 3; i += 1) {
      const task = await h.pull("default", `exec_${i}`);
      expect(task.nodes[0]!.attempt).toBe(i);
      const started = { attempt: i, executor: `exec_${i}` };
      await h.report(task, 1, [note("a", "node.started", started)], `exec_${i}`);
    }
    expect((await h.waitForEnd(run)).status).toBe("failed");
    const error = JSON.parse((await h.redis.hget(h.keys.runData("s0", run), "error"))!);
    expect(error).toMatchObject({ code: "task-lost", class: "lost" });
    expect(error.reasons).toHaveLength(3);
  });

  it("cancels only when every task has ended (S9)", async () => {
    await start();
    h.startDriver();
    const run = await h.submit({
      name: "one",
      nodes: [{ id: "a", type: "python_work", plane: "python" }],
      output: {},
    });
    const task = await h.pull("default");
    await h.tell(run, { kind: "cancel" });
    await until(async () => (await h.record(run)).status === "canceling");
    const [states] = (await h
      .report(task, 1, [note("a", "node.progress", { done: 1, total: 2, unit: "x" })])
      .then((a) => [a])) as [string];
    expect(states).toBe("cancel");
    await h.settle(task, [], "canceled");
    expect((await h.waitForEnd(run)).status).toBe("canceled");
  });

  it.each(["before", "after"])(
    "decides once when a cancel comes %s the commit that would end the run",
    async (when) => {
      await start();
      h.startDriver();
      const run = await h.submit({
        name: "one",
        nodes: [{ id: "a", type: "python_work", plane: "python" }],
        output: { v: "$a.v" },
      });
      const task = await h.pull("default");
      await h.stopDriver();
      await h.settle(task, [result(task.nodes[0]!, { outputs: { v: "x" } })]);
      // The last commit of this run stands still until the cancel was answered, or the other way round.
      const answers: unknown[] = [];
      h.aroundCommit = async (commit) => {
        if (when === "before") answers.push(await h.cancel(run));
        const answer = await commit();
        if (when === "after") answers.push(await h.cancel(run));
        h.aroundCommit = undefined;
        return answer;
      };
      h.startDriver();
      const { status } = await h.waitForEnd(run);
      await until(async () => answers.length === 1);
      expect([status, answers]).toEqual(
        when === "before" ? ["canceled", [["canceling"]]] : ["succeeded", [["ended", "succeeded"]]],
      );
      const ends = (await h.events(run)).filter(({ type }) => /^run\.(succ|cancel)/.test(type));
      expect(ends.map(({ type }) => type)).toEqual(
        when === "before" ? ["run.canceling", "run.canceled"] : ["run.succeeded"],
      );
    },
  );

  it("cancels a task that nobody has begun by itself", async () => {
    await start();
    h.startDriver();
    const run = await h.submit({
      name: "one",
      nodes: [{ id: "a", type: "python_work", plane: "python" }],
      output: {},
    });
    await until(async () => (await h.redis.xlen(h.keys.poolTasks("s0", "default"))) === 1);
    await h.tell(run, { kind: "cancel" });
    expect((await h.waitForEnd(run)).status).toBe("canceled");
    expect(await h.redis.xlen(h.keys.poolTasks("s0", "default"))).toBe(0);
  });

  it("expires when nobody begins, and times out when it does not end", async () => {
    await start({ leaseMs: 10_000 });
    h.startDriver();
    const one: Graph = {
      name: "one",
      nodes: [{ id: "a", type: "python_work", plane: "python" }],
      output: {},
    };
    const expired = await h.submit(one, {}, { start: 100 });
    expect((await h.waitForEnd(expired)).status).toBe("expired");
    const slow = await h.submit(one, {}, { start: 60_000, run: 400 });
    const task = await h.pull("default");
    await h.report(task, 1, [note("a", "node.started", { attempt: 1, executor: "exec_test" })]);
    expect((await h.waitForEnd(slow)).status).toBe("timed_out");
    expect(await h.settle(task, [result(task.nodes[0]!, {})])).toBe("ok");
    await until(async () => (await h.redis.xlen(h.keys.poolReports("s0", "default"))) === 0);
    expect((await h.record(slow)).status).toBe("timed_out");
  });

  it("times out in the first drive after the deadline, whether or not its timer was heard", async () => {
    await start({ leaseMs: 10_000 });
    h.startDriver();
    const nodes: Graph["nodes"] = [
      { id: "a", type: "python_work", plane: "python" },
      { id: "b", type: "node_work", plane: "node", inputs: { x: "$a.v" } },
    ];
    const run = await h.submit({ name: "two", nodes, output: {} }, {}, { run: 1000 });
    await h.redis.zrem(h.keys.timers("s0"), `run_deadline|${run}|`);
    const task = await h.pull("default");
    await h.report(task, 1, [note("a", "node.started", { attempt: 1, executor: "exec_test" })]);
    const by = Number((await h.record(run)).run_deadline_at);
    await until(async () => Number((await h.redis.time())[0]) * 1000 >= by);
    await h.settle(task, [result(task.nodes[0]!, { outputs: { v: "late" } })]);
    expect((await h.waitForEnd(run)).status).toBe("timed_out");
    const events = (await h.events(run)).filter(({ type }) => type === "node.dispatched");
    expect(events.map(({ node }) => node)).toEqual(["a"]);
  });

  describe("the start deadline is looked at when work would begin:", () => {
    const ONE: Graph = {
      name: "one",
      nodes: [{ id: "a", type: "python_work", plane: "python" }],
      output: {},
    };
    const TWO: Graph = { ...ONE, nodes: [...ONE.nodes, { id: "b", type: "node_work", plane: "node" }] };
    const started = [note("a", "node.started", { attempt: 1, executor: "exec_test" })];
    /** Takes the deadline's timer away, so that nothing but a begin can notice. */
    const untimed = async (graph: Graph): Promise<{ run: string; passed(): Promise<boolean> }> => {
      const run = await h.submit(graph, {}, { start: 1000 });
      await h.redis.zrem(h.keys.timers("s0"), `start_deadline|${run}|`);
      const by = Number((await h.record(run)).start_deadline_at);
      const passed = async () => {
        const [s, us] = await h.redis.time();
        return Number(s) * 1000 + Number(us) / 1000 >= by;
      };
      return { run, passed };
    };

    it.each([
      ["a begin", (task: Task) => h.report(task, 1, started)],
      ["a settle that tells of the begin, too", (task: Task) => h.settle(task, [result(task.nodes[0]!, {})])],
    ])("%s after it is refused, and the run expires", async (_, begin) => {
      await start({ leaseMs: 10_000 });
      h.startDriver();
      const { run, passed } = await untimed(ONE);
      const task = await h.pull("default");
      await until(passed);
      await begin(task);
      expect((await h.waitForEnd(run)).status).toBe("expired");
      const events = (await h.events(run)).map(({ type }) => type);
      expect(events).not.toContain("node.started");
      expect(events).not.toContain("run.started");
      expect(await h.report(task, 1, started)).toBe("closed");
    });

    it("a driver that comes after it issues nothing", async () => {
      await start();
      const { run, passed } = await untimed(ONE);
      await until(passed);
      h.startDriver();
      expect((await h.waitForEnd(run)).status).toBe("expired");
      expect((await h.events(run)).map(({ type }) => type)).not.toContain("node.dispatched");
    });

    it("what was begun in time goes on, and so does the rest of its run", async () => {
      await start({ leaseMs: 10_000 });
      h.startDriver();
      const { run, passed } = await untimed(TWO);
      const [first, late] = [await h.pull("default"), await h.pull("node")];
      expect(await h.report(first, 1, started)).toBe("ok");
      await until(passed);
      expect(await h.report(first, 1, started)).toBe("ok");
      expect(await h.settle(late, [result(late.nodes[0]!, {})])).toBe("ok");
      const again = await h.pull("node");
      await h.settle(again, [result(again.nodes[0]!, {})]);
      await h.report(first, 2, [reportOf(result(first.nodes[0]!, {}))]);
      await h.settle(first, []);
      expect((await h.waitForEnd(run)).status).toBe("succeeded");
      expect((await h.rows(run)).b).toMatchObject({ status: "succeeded", attempt: 1 });
    });
  });

  it("leaves nothing behind at rest (S10)", async () => {
    await start();
    h.startDriver();
    h.startExecutor("node", add);
    h.startExecutor("default", add);
    const runs = await Promise.all(Array.from({ length: 20 }, () => h.submit(DIAMOND)));
    for (const run of runs) expect((await h.waitForEnd(run)).status).toBe("succeeded");
    await until(async () => {
      const streams = [
        h.keys.mail("s0"),
        ...["node", "default"].flatMap((p) => [h.keys.poolTasks("s0", p), h.keys.poolReports("s0", p)]),
      ];
      const lengths = await Promise.all(streams.map((stream) => h.redis.xlen(stream)));
      return lengths.every((n) => n === 0);
    });
    const left = await h.redis.keys(`${h.keys.poolTask("s0", "default", "")}*`);
    expect(left).toEqual([]);
  });
});

function problem(code: string, kind: string) {
  return { type: "about:blank", title: code, status: 500, detail: code, code, class: kind } as never;
}
