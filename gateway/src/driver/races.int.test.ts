/** Races and deadlines over a real server: who is called back and when that is proved, and what a kill changes: nothing. */
import type { Graph, Task } from "@myspinbot/contracts/types.ts";
import { afterEach, describe, expect, it } from "vitest";
import { createHarness, reportOf, result, type Harness } from "../../test/driver-harness.ts";
import { until } from "../../test/until.ts";

let h: Harness;
let count = 0;

afterEach(async () => {
  await h.close();
});

async function start(options: Parameters<typeof createHarness>[1] = {}): Promise<void> {
  h = await createHarness(`race${(count += 1)}`, options);
}

const RACE: Graph = {
  name: "race",
  nodes: [
    { id: "a", type: "node_work", plane: "node" },
    { id: "b", type: "python_work", plane: "python" },
    { id: "c", type: "node_work", plane: "node", inputs: { x: { $first: ["$a.v", "$b.v"] } } },
  ],
  output: { v: "$c.v" },
};
const PATIENCE_MS = 10_000;

const done = (task: Task, v: string) => task.nodes.map((node) => result(node, { outputs: { v } }));
const flagOf = (task: Task) => h.redis.hget(h.keys.poolTask("s0", task.pool, task.task_id), "cancel");
const kindsOf = async (run: string, type: string): Promise<string[]> =>
  (await h.events(run)).filter((event) => event.type === type).map(({ node }) => node);

describe("who was not first", () => {
  it("is told to stop at once, and canceled when its executor has let go of it", async () => {
    await start();
    h.startDriver();
    const run = await h.submit(RACE);
    const [a, b] = [await h.pull("node"), await h.pull("default")];
    await h.settle(a, done(a, "A"));
    const c = await h.pull("node");
    expect(c.nodes[0]!.inputs).toEqual({ x: { from: "value", value: "A" } });
    expect(await flagOf(b)).toBe("1");
    expect((await h.rows(run)).b).toMatchObject({ status: "dispatched", reason: "race" });
    expect(await kindsOf(run, "node.canceled")).toEqual([]);

    // What it says as it goes is nobody's: neither its output nor its file.
    const file = { artifact_id: "art_s0_01KA7QJ3N8XW5V2M4T6R9C1D0E" };
    await h.settle(b, [result(b.nodes[0]!, { outputs: { v: "B", file } })], "canceled");
    await until(async () => (await kindsOf(run, "node.canceled")).length > 0, PATIENCE_MS);
    expect((await h.rows(run)).b).toMatchObject({ status: "canceled", reason: "race", attempt: 1 });
    await h.settle(c, done(c, "C"));
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
    expect(await kindsOf(run, "node.succeeded")).toEqual(["a", "c"]);
    expect(await h.redis.hlen(h.keys.runArtifacts("s0", run))).toBe(0);
  });

  it("is canceled without a word of its executor when nobody had taken it, and when its lease is lost", async () => {
    await start();
    h.startDriver();
    const run = await h.submit(RACE);
    const a = await h.pull("node");
    await h.settle(a, done(a, "A"));
    await until(async () => (await kindsOf(run, "node.canceled")).length > 0, PATIENCE_MS);
    expect(await h.redis.xlen(h.keys.poolTasks("s0", "default"))).toBe(0);

    const other = await h.submit(RACE);
    await h.pull("node").then(async (c) => h.settle(c, done(c, "C")));
    await h.pull("default", "exec_silent");
    const again = await h.pull("node");
    await h.settle(again, done(again, "A"));
    await until(async () => (await kindsOf(other, "node.canceled")).length > 0, PATIENCE_MS);
    expect((await h.rows(other)).b).toMatchObject({ status: "canceled", attempt: 1 });
    expect((await h.rows(other)).b!.losses).toBeUndefined();
    expect((await h.record(other)).reaped).toBeUndefined();
  });

  it("is the same whoever drives: drives that die before their commit decide nothing", async () => {
    await start({ lockMs: 300 });
    h.startDriver();
    const run = await h.submit(RACE);
    const [a, b] = [await h.pull("node"), await h.pull("default")];
    let deaths = 0;
    h.aroundCommit = async (commit) => {
      if (deaths < 3) {
        deaths += 1;
        throw new Error("killed before its commit");
      }
      return commit();
    };
    await h.report(b, 1, done(b, "B").map(reportOf));
    await until(() => Promise.resolve(deaths > 0), PATIENCE_MS);
    // The first to arrive stays the first, though both lie in the mailbox when a drive at last commits.
    await h.settle(a, done(a, "A"));
    const c = await h.pull("node");
    expect(c.nodes[0]!.inputs).toEqual({ x: { from: "value", value: "B" } });
    expect(deaths).toBe(3);
    await until(async () => (await kindsOf(run, "node.canceled")).length > 0, PATIENCE_MS);
    expect(await kindsOf(run, "node.succeeded")).toEqual(["b"]);
    expect((await h.rows(run)).a).toMatchObject({ status: "canceled", reason: "race" });
  });
});

describe("a deadline", () => {
  const graph = (deadline_s: number): Graph => ({
    name: `late${deadline_s * 1000}`,
    nodes: [
      { id: "slow", type: "python_work", plane: "python", deadline_s },
      { id: "instead", type: "node_work", plane: "node" },
    ],
    edges: [{ from: "slow", to: "instead", on: "failure" }],
    output: { v: { $any: ["$slow.v", "$instead.v"] } },
  });
  const timersOf = (run: string) =>
    h.redis.zrangebyscore(h.keys.timers("s0"), "-inf", "+inf").then(named(run));
  const named = (run: string) => (members: string[]) =>
    members.filter((member) => member.startsWith(`deadline|${run}|`));

  it("counts the queue: what nobody takes fails by then, and its task is taken back", async () => {
    await start();
    h.startDriver();
    h.startExecutor("node", () => ({ outputs: { v: "I" } }));
    const run = await h.submit(graph(0.2));
    expect((await h.waitForEnd(run)).status).toBe("succeeded");
    const { error, ...slow } = (await h.rows(run)).slow!;
    expect(slow).toMatchObject({ status: "failed", attempt: 1 });
    expect(error).toMatchObject({ code: "node-deadline", class: "deadline" });
    await until(async () => (await h.redis.xlen(h.keys.poolTasks("s0", "default"))) === 0, PATIENCE_MS);
    expect(await timersOf(run)).toEqual([]);
  });

  it("passes while nobody drives, and decides against what comes behind it", async () => {
    await start();
    h.startDriver();
    const run = await h.submit(graph(0.2));
    const slow = await h.pull("default");
    const due = Number(await h.redis.zscore(h.keys.timers("s0"), `deadline|${run}|slow`));
    await h.stopDriver();
    await until(async () => Number((await h.redis.time())[0]) * 1000 > due, PATIENCE_MS);
    h.startDriver();
    const instead = await h.pull("node");
    expect(await flagOf(slow)).toBe("1");
    const file = { artifact_id: "art_s0_01KA7QJ3N8XW5V2M4T6R9C1D0E" };
    await h.settle(slow, [result(slow.nodes[0]!, { outputs: { v: "S", file } })]);
    await h.settle(instead, done(instead, "I"));
    await h.waitForEnd(run);
    const output = await h.redis.hget(h.keys.runData("s0", run), "output");
    expect(JSON.parse(output!)).toEqual({ v: "I" });
    expect(await kindsOf(run, "node.succeeded")).toEqual(["instead"]);
    expect([await timersOf(run), await h.redis.hlen(h.keys.runArtifacts("s0", run))]).toEqual([[], 0]);
  });

  it("lets win what was said in time, though no driver has read it, and nothing that came later", async () => {
    for (const isInTime of [true, false]) {
      await start();
      h.startDriver();
      const run = await h.submit(graph(0.5));
      const slow = await h.pull("default");
      const member = `deadline|${run}|slow`;
      const due = Number(await h.redis.zscore(h.keys.timers("s0"), member));
      await h.stopDriver();
      const hasPassed = async () => {
        const [seconds, micros] = await h.redis.time();
        return Number(seconds) * 1000 + Number(micros) / 1000 > due + 1;
      };
      if (isInTime) await h.settle(slow, done(slow, "S"));
      await until(hasPassed, PATIENCE_MS);
      if (!isInTime) await h.settle(slow, done(slow, "S"));
      const body = { kind: "timer", timer: "deadline", rest: "slow" };
      const id = String(await h.tell(run, body));
      await h.driver.take({
        ...{ shard: "s0", source: "mail", id },
        fields: { run, body: JSON.stringify(body) },
      });
      expect((await h.rows(run)).slow!.status).toBe(isInTime ? "dispatched" : "failed");
      // Whoever had it may be dead: the run is woken again.
      expect((await h.redis.zscore(h.keys.timers("s0"), member)) !== null).toBe(isInTime);
      h.startExecutor("node", () => ({ outputs: { v: "I" } }));
      h.startDriver();
      await h.waitForEnd(run);
      const output = await h.redis.hget(h.keys.runData("s0", run), "output");
      expect(JSON.parse(output!)).toEqual({ v: isInTime ? "S" : "I" });
      if (isInTime) await h.close();
    }
  });
});
