import { expect, it } from "vitest";
import { systemClock, systemRandom } from "../clock.ts";
import { warmUp } from "./warm-up.ts";

it("drives made-up runs to their commit, and complains of nothing", async () => {
  const said: unknown[] = [];
  const say = (...line: unknown[]) => void said.push(line);
  const logger = { debug: say, info: say, warn: say, error: say };
  let rests = 0;
  const sleep = async () => void (rests += 1);
  const commits = await warmUp({ clock: { ...systemClock, sleep }, random: systemRandom, logger });
  expect([commits, rests, said]).toEqual([6, 6, []]);
});
