/** What handlers need of the machine is kept within what it has. */
import { expect, it } from "vitest";
import { createResources } from "./resources.ts";

const NEVER = new AbortController().signal;
const needs = (cpu: number, gpu: number, vram_gb: number) => ({ resources: { cpu, gpu, vram_gb } });
const TYPES: Record<string, object> = {
  light: needs(1, 0, 0),
  heavy: needs(0, 1, 10),
  wide: needs(8, 0, 0),
  free: needs(0, 0, 0),
};
const over = (totals: Partial<{ cpu: number; gpu: number; vram_gb: number }>) =>
  createResources({ cpu: 2, gpu: 2, vram_gb: 16, ...totals }, { get: (type) => TYPES[type] as never });

/** Whether each of these has been granted, in the order in which they were asked for. */
async function granted(asked: readonly Promise<unknown>[]): Promise<boolean[]> {
  const states = asked.map(() => false);
  asked.forEach((each, i) => void each.then((got) => (states[i] = got !== null)));
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
  return states;
}

it("says what it can never do, and that fewer CPUs only make it slower", () => {
  const resources = over({ vram_gb: 8, gpu: 0 });
  expect(resources.whyNever("heavy")).toBe(
    "heavy needs 1 gpu, and this machine has 0 and 10 vram_gb, and this machine has 8",
  );
  expect([resources.whyNever("wide"), resources.whyNever("unknown")]).toEqual([undefined, undefined]);
});

it("lets two that do not fit together run one after the other, and others pass them by", async () => {
  const resources = over({});
  const calls = ["heavy", "heavy", "light", "free"].map((type) => resources.held(type, NEVER));
  expect(await granted(calls)).toEqual([true, false, true, true]);
  (await calls[0]!)!();
  expect(await granted(calls)).toEqual([true, true, true, true]);
});

it("gives in order of arrival: a small one does not pass a large one that waits for the same", async () => {
  const resources = over({ cpu: 8 });
  const calls = ["light", "wide", "light"].map((type) => resources.held(type, NEVER));
  expect(await granted(calls)).toEqual([true, false, false]);
  (await calls[0]!)!();
  expect(await granted(calls)).toEqual([true, true, false]);
});

it("gives what more CPUs want than there are all that there are", async () => {
  const resources = over({});
  expect(await granted([resources.held("wide", NEVER)])).toEqual([true]);
});

it("forgets who stops waiting, and who has stopped before", async () => {
  const resources = over({});
  const first = await resources.held("heavy", NEVER);
  const stop = new AbortController();
  const second = resources.held("heavy", stop.signal);
  const third = resources.held("heavy", NEVER);
  stop.abort();
  expect(await second).toBeNull();
  first!();
  expect(await granted([third])).toEqual([true]);
  expect(await resources.held("free", stop.signal)).toBeNull();
});
