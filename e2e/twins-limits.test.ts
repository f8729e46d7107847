/** The limits of both executors, as processes: each is what wire.json says, seen where another one is put in its place. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PLANES } from "./twins/executor-process.ts";
import { type Overheard, overhear } from "./twins/overheard.ts";
import { isEnding, isStart, type Pair, says, startPair } from "./twins/pair.ts";
import type { Plane } from "./twins/plane.ts";

const HOUR_MS = 3_600_000;
const LIMITS = {
  ...{ cancel_grace_ms: HOUR_MS, release_ms: HOUR_MS, note_hold_ms: HOUR_MS },
  ...{ report_bytes: 10_000, last_line_characters: 10, kept_endings: 1 },
  ...{ recovered_entries: 7, read_slack_ms: 500 },
};
const ENV = { DRAIN_GRACE_MS: "300", BLOCK_MS: "500", SHOW_FAILURES: "true" };

let pair: Pair;
let heard: Overheard | undefined;
let books = 0;

afterAll(() => {
  heard?.stop();
});

/** A handler that writes into its book what happens to it, and does not end before its gate opens. */
function lingering(act: string) {
  const book = join(pair.dir, `book-${(books += 1)}`);
  const { path, open } = pair.gate();
  const lines = (): string[] => (existsSync(book) ? readFileSync(book, "utf8").trim().split("\n") : []);
  return { node: { params: { do: act, gate: path, book } }, open, lines };
}

async function listenTo(plane: Plane): Promise<Overheard> {
  heard?.stop();
  return (heard = await overhear(plane.redisUrl));
}

/** What has been said last of a task, once that was said so often. */
async function endingsOf(plane: Plane, task: string, count: number): Promise<Record<string, unknown>[]> {
  const endings = () => plane.heard(task).filter(isEnding);
  await expect.poll(() => endings().length).toBe(count);
  return endings().map(({ body }) => body);
}

/** More than the limits of wire.json that are longer here. */
const aWhile = async (overheard: Overheard): Promise<void> => {
  const before = overheard.count("renew");
  await expect.poll(() => overheard.count("renew"), { timeout: 60_000 }).toBeGreaterThan(before + 3);
};

describe("with long limits and small ones", () => {
  beforeAll(async () => {
    pair = await startPair(ENV, LIMITS);
  });
  afterAll(() => pair.stop());

  describe.each(PLANES)("on the plane %s", (name) => {
    it("a note waits for others, and goes with what comes next", async () => {
      const plane = pair.planes[name];
      const overheard = await listenTo(plane);
      const { node, open, lines } = lingering("say and wait");
      const task = await plane.issue([node]);
      await expect.poll(lines).toEqual(["has said"]);
      await aWhile(overheard);
      open();
      await plane.until(task, isEnding);
      await expect.poll(() => overheard.batches("settle", task).length).toBe(1);
      expect(overheard.batches("report", task).map((bodies) => bodies.length)).toEqual([1]);
      expect(overheard.batches("settle", task)[0]![0]).toBe('{"done":1,"total":2,"unit":"steps"}');
    });

    it("a report carries no more bytes than it may, and leaves nothing out", async () => {
      const plane = pair.planes[name];
      const overheard = await listenTo(plane);
      const { node, open } = lingering("wait");
      const task = await plane.issue([{ params: { do: "long lines" } }, { ...node, id: "b", after: ["a"] }]);
      await plane.until(task, ({ kind }) => kind === "result");
      const said = () => overheard.batches("report", task).flat().length;
      await expect.poll(said).toBe(plane.heard(task).length);
      const sizes = overheard
        .batches("report", task)
        .map((bodies) => bodies.reduce((sum, { length }) => sum + length, 0));
      expect(sizes.length).toBeGreaterThan(20);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(LIMITS.report_bytes);
      expect(plane.heard(task).filter(({ type }) => type === "node.log")).toHaveLength(50);
      open();
      await plane.until(task, isEnding);
    });

    it("a handler that is told to stop may take its grace", async () => {
      const plane = pair.planes[name];
      const overheard = await listenTo(plane);
      const { node, open, lines } = lingering("linger");
      const task = await plane.issue([node]);
      await expect.poll(lines).toEqual(["begins"]);
      await plane.cancel(task);
      await expect.poll(lines).toEqual(["begins", "was told"]);
      await aWhile(overheard);
      open();
      expect((await says(plane, task)).at(-1)).toBe("canceled: canceled on request; began a");
      expect(lines()).toEqual(["begins", "was told", "ends"]);
    });

    it("of what a handler did not expect the last line is shown, cut", async () => {
      const plane = pair.planes[name];
      const said = await says(plane, await plane.issue([{ params: { do: "throw" } }]));
      expect(said.at(-1)).toMatch(/ULID\. \S.{8}\S$/);
    });

    it("what Redis has forgotten is said again, or given back when it is not remembered", async () => {
      const plane = pair.planes[name];
      const executor = await plane.executorId();
      const { node, open } = lingering("wait");
      const task = await plane.issue([node]);
      await plane.until(task, isStart);
      const before = await plane.state(task);
      open();
      await plane.until(task, isEnding);
      await plane.forgetEnding(task, before, executor);
      const [first, second] = await endingsOf(plane, task, 2);
      expect(second).toMatchObject({ outcome: "settled", results: first!.results });
      await says(plane, await plane.issue([{}]));
      await plane.forgetEnding(task, before, executor);
      const [, , third] = await endingsOf(plane, task, 3);
      expect(third).toMatchObject({ outcome: "released", results: [] });
    });

    it("a read that is never answered is given up, and what it was given is asked for", async () => {
      const plane = pair.planes[name];
      const overheard = await listenTo(plane);
      await plane.withholdAnswerTo("XREADGROUP");
      const count = String(LIMITS.recovered_entries);
      await overheard.until(
        (command) => command[0] === "XREADGROUP" && command.at(-1) === "0" && command.includes(count),
      );
      expect((await says(plane, await plane.issue([{ params: { text: "x" } }]))).at(-1)).toBe(
        '  a succeeded 1, first: {"text":"x"}',
      );
    });

    it("what is held when the process is to end is waited for, and released", async () => {
      const plane = pair.planes[name];
      const overheard = await listenTo(plane);
      const { node, open, lines } = lingering("linger");
      const task = await plane.issue([node]);
      await expect.poll(lines).toEqual(["begins"]);
      plane.service.signal("SIGTERM");
      await expect.poll(lines).toEqual(["begins", "was told"]);
      await aWhile(overheard);
      open();
      expect((await says(plane, task)).at(-1)).toBe("released: the executor is stopping; began a");
      expect(lines()).toEqual(["begins", "was told", "ends"]);
      await plane.service.exited;
    });
  });
});

describe("with little time", () => {
  beforeAll(async () => {
    const limits = { cancel_grace_ms: HOUR_MS, release_ms: 1 };
    pair = await startPair({ DRAIN_GRACE_MS: "1" }, limits);
  });
  afterAll(() => pair.stop());

  it.each([...PLANES])("what does not let go on the plane %s is left to be reaped", async (name) => {
    const plane = pair.planes[name];
    const { node, lines } = lingering("linger");
    const task = await plane.issue([node]);
    await expect.poll(lines).toEqual(["begins"]);
    plane.service.signal("SIGTERM");
    await plane.service.exited;
    expect(await plane.reap(task)).toBe("lost");
    expect(lines()).not.toContain("ends");
  });
});
