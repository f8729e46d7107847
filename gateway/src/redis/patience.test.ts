import { expect, it } from "vitest";
import type { Clock } from "../clock.ts";
import { withPatience } from "./patience.ts";

/** Time passes only by sleeping. */
function sleeper(): { clock: Clock; slept: number[] } {
  const slept: number[] = [];
  const elapsed = (): number => slept.reduce((sum, ms) => sum + ms, 0);
  return {
    slept,
    clock: { now: elapsed, elapsed, sleep: async (ms) => void slept.push(ms), after: () => () => {} },
  };
}

const away = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });

it("asks again after longer and longer pauses, as long as the time reaches", async () => {
  const { clock, slept } = sleeper();
  await expect(withPatience(clock, 3000, () => Promise.reject(away))).rejects.toBe(away);
  expect(slept).toEqual([50, 100, 200, 400, 800, 1000]);
});

it("answers what comes at last, and repeats nothing that Redis has refused", async () => {
  const { clock, slept } = sleeper();
  let asked = 0;
  const answer = async (): Promise<number> => {
    asked += 1;
    if (asked < 3) throw away;
    return asked;
  };
  await expect(withPatience(clock, 3000, answer)).resolves.toBe(3);
  expect(slept).toEqual([50, 100]);
  const refused = Object.assign(new Error("WRONGTYPE"), { name: "ReplyError" });
  await expect(withPatience(clock, 3000, () => Promise.reject(refused))).rejects.toBe(refused);
  expect(slept).toEqual([50, 100]);
});
