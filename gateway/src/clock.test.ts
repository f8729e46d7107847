import { expect, it } from "vitest";
import { createPassingClock } from "../test/passing-clock.ts";
import { systemClock, toTimestamp, withinMs } from "./clock.ts";

it("aborts work when its time is over, not before, and not afterwards", async () => {
  const clock = createPassingClock();
  const ended = Promise.withResolvers<string>();
  let late: AbortSignal | undefined;
  const work = withinMs(clock, 60_000, (signal) => ((late = signal), ended.promise));
  clock.pass(59_000);
  expect(late!.aborted).toBe(false);
  clock.pass(1000);
  expect(late!.aborted).toBe(true);
  ended.resolve("done");
  expect(await work).toBe("done");
  await withinMs(clock, 60_000, async (signal) => void (late = signal));
  clock.pass(120_000);
  expect(late!.aborted).toBe(false);
});

it("waits as long as a timer can where more is asked, instead of not at all", async () => {
  let isDue = false;
  const callOff = systemClock.after(2 ** 40, () => (isDue = true));
  await systemClock.sleep(5);
  expect(isDue).toBe(false);
  callOff();
});

it("writes a time as dates do, also times that are told in turns", () => {
  const times = [
    0, -1, -1000, 999, 1_796_068_800_000, 1_796_068_800_123, 1_796_155_200_123, 253_402_300_800_000, 1.5,
  ];
  for (const turn of [times, times.toReversed(), times])
    for (const ms of turn) expect(toTimestamp(ms)).toBe(new Date(ms).toISOString());
  expect(() => toTimestamp(Number.NaN)).toThrow(RangeError);
});
