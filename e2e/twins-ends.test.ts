/** The executors of both planes, as processes, are full, frozen, stopped and killed, and must bear it alike. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isEnding, isStart, says, startPair, type Pair } from "./twins/pair.ts";
import type { Plane } from "./twins/plane.ts";
import { PLANES } from "./twins/executor-process.ts";

let pair: Pair;

beforeAll(async () => {
  pair = await startPair({ DRAIN_GRACE_MS: "300", SLOTS: "1" });
});
afterAll(() => pair.stop());

/** What it says holds on either plane; on both at once, since most of it waits for leases that end. */
function onBoth(behavior: string, test: (plane: Plane) => Promise<void>): void {
  it(behavior, async () => {
    const tried = await Promise.allSettled(PLANES.map((name) => test(pair.planes[name])));
    for (const [i, end] of tried.entries())
      if (end.status === "rejected") throw new Error(`on the plane ${PLANES[i]}`, { cause: end.reason });
  });
}

describe("an executor of either plane", () => {
  onBoth("what comes beyond the places is released", async (plane) => {
    const { path, open } = pair.gate();
    const task = await plane.issue([{ params: { do: "wait", gate: path } }]);
    await plane.until(task, isStart);
    const swallowedBy = await plane.executorId();
    expect(await says(plane, await plane.issue([{}], { swallowedBy }))).toEqual([
      "released: the executor has no free place; began nothing",
    ]);
    open();
    await plane.until(task, isEnding);
  });

  onBoth(
    "of ten tasks that wait two are normal and one is low, the others are the most urgent",
    async (plane) => {
      const { path, open } = pair.gate();
      const first = await plane.issue([{ params: { do: "wait", gate: path } }]);
      await plane.until(first, isStart);
      await plane.redis.del(plane.keys.poolTurn("s0", plane.pool));
      const levels = new Map<string, string>();
      for (const level of ["low", "normal", "high"] as const)
        for (let i = 0; i < 10; i += 1) levels.set(await plane.issue([{}], { level }), level);
      open();
      const ends = await Promise.all([...levels.keys()].map((task) => says(plane, task)));
      const begun = (await plane.redis.xrange(plane.keys.poolReports("s0", plane.pool), "-", "+"))
        .map(([, fields]) => fields)
        .filter((fields) => fields.includes("node.started"))
        .flatMap((fields) => levels.get(fields[fields.indexOf("task") + 1]!) ?? []);
      const round = ["high", "high", "high", "normal", "high", "high", "high", "normal", "high", "low"];
      // A read of a gpu-node that waits without a look brings one of each level (ADR 74): what finds no place goes back.
      const counts = (count: number) => Object.groupBy(begun.slice(0, count), (level) => level);
      if (plane.pool === "node") expect(begun.slice(0, round.length)).toEqual(round);
      else expect(counts(round.length).high!.length).toBeGreaterThanOrEqual(5);
      const most = counts(round.length + 6);
      expect(most.high!.length).toBeGreaterThanOrEqual(7);
      expect(most.normal!.length).toBeGreaterThanOrEqual(2);
      expect(most.low!.length).toBeGreaterThanOrEqual(1);
      expect(begun.length + ends.filter((said) => said.at(-1)!.startsWith("released")).length).toBe(30);
      await plane.until(first, isEnding);
    },
  );

  for (const level of ["high", "low"] as const)
    onBoth(`a task of the level ${level} is held, canceled, reaped as any`, async (plane) => {
      const { path, open } = pair.gate();
      const held = await plane.issue([{ params: { do: "wait", gate: path } }], { level });
      await plane.until(held, isStart);
      const swallowedBy = await plane.executorId();
      expect(await says(plane, await plane.issue([{}], { level, swallowedBy }))).toEqual([
        "released: the executor has no free place; began nothing",
      ]);
      await plane.cancel(held);
      expect((await says(plane, held)).at(-1)).toBe("canceled: canceled on request; began a");
      await plane.add({ other: "fields" }, level);
      const frozen = await plane.issue([{ params: { do: "wait", gate: path } }], { level });
      await plane.until(frozen, isStart);
      plane.service.signal("SIGSTOP");
      expect(await plane.reap(frozen)).toBe("lost");
      plane.service.signal("SIGCONT");
      open();
      expect((await says(plane, await plane.issue([{}], { level }))).at(1)).toBe("settled; began a");
      const stream = plane.keys.poolLevelTasks("s0", plane.pool, level);
      await expect.poll(() => plane.redis.xlen(stream)).toBe(0);
    });

  onBoth("what is frozen beyond its lease says nothing when it goes on", async (plane) => {
    const { path, open } = pair.gate();
    const task = await plane.issue([{ params: { do: "wait", gate: path } }]);
    await plane.until(task, isStart);
    plane.service.signal("SIGSTOP");
    expect(await plane.reap(task)).toBe("lost");
    plane.service.signal("SIGCONT");
    open();
    const next = await plane.issue([{}]);
    expect((await says(plane, next)).at(1)).toBe("settled; began a");
    await plane.until(task, isEnding);
    expect(plane.heard(task).map(({ kind }) => kind)).toEqual(["note", "ending"]);
    expect(plane.heard(task).at(-1)?.body).toMatchObject({ outcome: "lost", began: ["a"], results: [] });
  });

  onBoth("a stop finishes what ends in time, and releases the rest with what was done", async (plane) => {
    const { path } = pair.gate();
    const task = await plane.issue([
      { params: { text: "x" } },
      { id: "b", params: { do: "wait", gate: path }, after: ["a"] },
    ]);
    await plane.until(task, ({ node, type }) => node === "b" && type === "node.started");
    plane.service.signal("SIGTERM");
    expect((await says(plane, task)).slice(-2)).toEqual([
      "released: the executor is stopping; began a, b",
      '  a succeeded 1, first: {"text":"x"}',
    ]);
    const group = plane.keys.poolTasks("s0", plane.pool);
    await expect.poll(() => plane.redis.xinfo("CONSUMERS", group, "executors")).toEqual([]);
  });

  onBoth("what was killed is reaped, and goes on with a new task elsewhere", async (plane) => {
    await plane.service.stop();
    plane.service.launch();
    const { path, open } = pair.gate();
    const nodes = [{ params: { do: "wait", gate: path } }];
    const task = await plane.issue(nodes);
    await plane.until(task, isStart);
    await plane.service.kill();
    expect(await plane.reap(task)).toBe("lost");
    plane.service.launch();
    const again = await plane.issue([{ ...nodes[0], attempt: 2 }]);
    await plane.until(again, isStart);
    open();
    expect((await says(plane, again)).slice(1)).toEqual([
      "settled; began a",
      '  a succeeded 2, first: {"text":""}',
    ]);
  });
});
