/** The executors of both planes, as processes, are given the same tasks and must say the same. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXECUTOR } from "@myspinbot/contracts/wire.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FAILURES, OUTPUTS } from "./twins/cases.ts";
import { made, type Case } from "./twins/expected.ts";
import { isEnding, isStart, says, startPair, type Pair } from "./twins/pair.ts";
import { PLANES } from "./twins/executor-process.ts";
import { CHECKS, REFUSALS, WORK } from "./twins/task-cases.ts";

let pair: Pair;

beforeAll(async () => {
  pair = await startPair();
});
afterAll(() => pair.stop());

describe.each(PLANES)("on the plane %s", (name) => {
  const SETS: [string, readonly Case[]][] = [
    ["work", WORK],
    ["outputs", OUTPUTS],
    ["failures", FAILURES],
    ["checks", CHECKS],
    ["refusals", REFUSALS],
  ];
  describe.each(SETS)("%s", (_set, cases) => {
    it.each([...cases])("$name", async ({ nodes, task, lines }) => {
      const plane = pair.planes[name];
      expect(await says(plane, await plane.issue(nodes, task))).toEqual(lines);
    });
  });

  it("of fifty steps the first and the last are told, and none twice", async () => {
    const plane = pair.planes[name];
    const said = await plane.until(await plane.issue([{ params: { do: "progress" } }]), isEnding);
    const done = said.filter(({ type }) => type === "node.progress").map(({ body }) => Number(body.done));
    expect([done.at(0), done.at(-1)]).toEqual([1, 50]);
    expect(done).toEqual([...new Set(done)].toSorted((a, b) => a - b));
    expect(done.length).toBeLessThan(50);
  });

  it("of two hundred lines the first fifty are told, and how many were dropped", async () => {
    const plane = pair.planes[name];
    const said = await plane.until(await plane.issue([{ params: { do: "logs" } }]), isEnding);
    const lines = said.filter(({ type }) => type === "node.log").map(({ body }) => String(body.message));
    const told = lines.filter((line) => line.startsWith("line "));
    const dropped = lines.map((line) => Number(/^(\d+) log lines were dropped$/.exec(line)?.[1] ?? 0));
    expect(told.slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, i) => `line ${i}`));
    expect(dropped.reduce((sum, count) => sum + count, told.length)).toBe(200);
    expect(lines.at(-1)).toMatch(/^\d+ log lines were dropped$/);
  });

  it("a cancel while a node works ends the task as canceled, with what was done", async () => {
    const plane = pair.planes[name];
    const { path } = pair.gate();
    const task = await plane.issue([
      { params: { text: "x" } },
      { id: "b", params: { do: "wait", gate: path }, after: ["a"] },
    ]);
    await plane.until(task, ({ node, type }) => node === "b" && type === "node.started");
    await plane.cancel(task);
    expect((await says(plane, task)).slice(-2)).toEqual([
      "canceled: canceled on request; began a, b",
      '  a succeeded 1, first: {"text":"x"}',
    ]);
    expect(existsSync(path)).toBe(false);
  });

  it("a cancel after the end changes nothing, and costs the next task nothing", async () => {
    const plane = pair.planes[name];
    const task = await plane.issue([{ params: { text: "x" } }]);
    await plane.until(task, isEnding);
    await plane.cancel(task);
    expect(await says(plane, await plane.issue([{ params: { text: "y" } }]))).toEqual(made({ text: "y" }));
    expect(plane.heard(task).map(({ kind }) => kind)).toEqual(["note", "ending"]);
  });

  it("a settle whose answer is lost is said again, and counts once", async () => {
    const plane = pair.planes[name];
    const { path, open } = pair.gate();
    const task = await plane.issue([{ params: { do: "wait", gate: path } }]);
    await plane.until(task, isStart);
    const lost = plane.loseAnswerTo("settle");
    open();
    await lost;
    expect(await says(plane, task)).toEqual(made({ text: "" }));
    expect(await says(plane, await plane.issue([{ params: { text: "y" } }]))).toEqual(made({ text: "y" }));
    expect(plane.heard(task).filter(isEnding)).toHaveLength(1);
  });

  it("what a connection has swallowed while nothing is held is taken when a driver tells of it", async () => {
    const plane = pair.planes[name];
    const swallowedBy = await plane.executorId();
    const task = await plane.issue([{ params: { text: "x" } }], { swallowedBy });
    await plane.remind(swallowedBy);
    expect(await says(plane, task)).toEqual(made({ text: "x" }));
  });

  it("a reason is cut, so that whatever a task holds can be refused", async () => {
    const plane = pair.planes[name];
    const body = JSON.stringify({ ["x".repeat(5000)]: 1 });
    const ending = (await plane.until(await plane.issue([], { body }), isEnding)).at(-1)!;
    expect(ending.body).toMatchObject({ outcome: "mismatch" });
    expect(String(ending.body.reason)).toMatch(/^the task does not fit its schema: /);
    expect(String(ending.body.reason).length).toBeLessThanOrEqual(EXECUTOR.reason_characters);
  });

  it("an engine that goes away is noticed by what fails and by what wants it, and so is its return", async () => {
    const plane = pair.planes[name];
    const flag = join(pair.dir, `${name}-away`);
    const second = { params: { do: "engine" }, engine: "second" };
    const available = async () => (await plane.row("odd")).engines.map((engine) => engine.available);
    expect(await available()).toEqual([true, true]);
    writeFileSync(flag, "");
    expect((await says(plane, await plane.issue([{ params: { do: "away" } }]))).at(1)).toBe(
      "settled; began a",
    );
    await expect.poll(available, { timeout: 60_000 }).toEqual([true, false]);
    expect((await plane.row("odd")).engines[1]).toMatchObject({ reason: "the flag is down" });
    rmSync(flag);
    expect(await says(plane, await plane.issue([second]))).toEqual([
      "declined: no engine for odd: second: the flag is down; began nothing",
    ]);
    await expect.poll(available, { timeout: 60_000 }).toEqual([true, true]);
    expect((await says(plane, await plane.issue([second]))).at(-1)).toBe(
      '  a succeeded 1, second: {"text":"second"}',
    );
  });

  it("engines are asked as operators order, and the row follows", async () => {
    const plane = pair.planes[name];
    const flag = join(pair.dir, `${name}-away`);
    const found = async (order: number) => {
      await expect
        .poll(async () => (await plane.announced()).probe_order_ms, { timeout: 60_000 })
        .toBe(order);
      return (await plane.row("odd")).engines.map(({ available }) => available);
    };
    writeFileSync(flag, "");
    expect(await found(await plane.orderProbe())).toEqual([true, false]);
    rmSync(flag);
    expect(await found(await plane.orderProbe())).toEqual([true, true]);
  });

  it("what the machine can never hold is announced and declined", async () => {
    const plane = pair.planes[name];
    const why = "huge needs 100 vram_gb, and this machine has 8";
    expect(await plane.row("huge")).toMatchObject({ cannot_now: why });
    expect(await says(plane, await plane.issue([{ type: "huge" }]))).toEqual([
      `declined: ${why}; began nothing`,
    ]);
  });

  it("what does not fit together is done one after the other", async () => {
    const plane = pair.planes[name];
    const book = join(pair.dir, `${name}-book`);
    const gates = [pair.gate(), pair.gate()];
    const nodes = gates.map(({ path }, i) => ({
      ...{ id: "ab"[i]!, type: "greedy", params: { do: "book", book, gate: path } },
    }));
    const tasks = await Promise.all(nodes.map((node) => plane.issue([node])));
    await Promise.all(tasks.map((task) => plane.until(task, isStart)));
    for (const { open } of gates) open();
    await Promise.all(tasks.map((task) => says(plane, task)));
    const lines = readFileSync(book, "utf8").trim().split("\n");
    const [first] = lines[0]!;
    const other = first === "a" ? "b" : "a";
    expect(lines).toEqual([`${first} begins`, `${first} ends`, `${other} begins`, `${other} ends`]);
  });

  it("a cancel ends what hangs, too", async () => {
    const plane = pair.planes[name];
    const task = await plane.issue([{ params: { do: "hang" } }]);
    await plane.until(task, isStart);
    await plane.cancel(task);
    expect((await says(plane, task)).at(-1)).toBe("canceled: canceled on request; began a");
  });

  it("an entry that is no task, or no open one, is taken away, and so is a copy", async () => {
    const plane = pair.planes[name];
    const { path, open } = pair.gate();
    const task = await plane.issue([{ params: { do: "wait", gate: path } }]);
    await plane.until(task, isStart);
    await plane.add({ task, body: "{}" });
    await plane.add({ task: "no such {id}", body: "{}" });
    await plane.add({ other: "fields" });
    await plane.add({ task: "task_s0_nobody", body: "not json" });
    const stream = plane.keys.poolTasks("s0", plane.pool);
    const { entry } = await plane.state(task);
    const left = async (): Promise<string[]> =>
      (await plane.redis.xrange(stream, "-", "+")).map(([id]) => id);
    await expect.poll(left).toEqual([entry]);
    open();
    expect((await says(plane, task)).slice(1)).toEqual([
      "settled; began a",
      '  a succeeded 1, first: {"text":""}',
    ]);
    await expect.poll(left).toEqual([]);
    expect(plane.heard(task).filter(isStart)).toHaveLength(1);
  });
});
