/** What an announcer says of a Redis that refuses it. */
import { expect, it } from "vitest";
import { systemClock } from "../clock.ts";
import type { LogFields } from "../telemetry/logger.ts";
import { type Announcement, createAnnouncer } from "./announcer.ts";
import type { Steps } from "./steps.ts";

const NOBODY = { drain: false, probe: 0, shards: 0 };
type Answer = Promise<typeof NOBODY>;
const reply = (message: string): Error => Object.assign(new Error(message), { name: "ReplyError" });
const FULL = reply("MISCONF Errors writing to the AOF file: No space left on device");
const SENTENCE = "The disk of Redis is full: free some room on it, and all goes on by itself (MISCONF)";

function announcing(shards = ["s0"]) {
  let refusal: Error | undefined;
  const faults: unknown[] = [];
  let everywhere = 0;
  const answer = (): Answer =>
    refusal ? Promise.reject(refusal) : Promise.resolve({ ...NOBODY, shards: everywhere });
  const announcer = createAnnouncer({
    steps: { alive: answer, announce: answer } as unknown as Steps,
    shards,
    announcement: () => ({}) as Announcement,
    everyMs: 1,
    backoff: { next: () => 1, reset: () => {} },
    onOrder: () => {},
    onProbe: () => Promise.resolve(),
    // Nothing is said but what the test asks for.
    clock: { ...systemClock, after: () => () => {} },
    logger: {
      ...{ debug: () => {}, info: () => {}, warn: () => {} },
      error: (msg: string, fields?: LogFields) => void faults.push([msg, fields?.["fault"]]),
    },
  });
  return {
    ...{ announcer, faults, refuse: (with_: Error | undefined) => void (refusal = with_) },
    gatewaysHave: (count: number) => void (everywhere = count),
  };
}

it("says why nobody finds it, until it was told", async () => {
  const { announcer, refuse } = announcing();
  refuse(FULL);
  await announcer.start();
  expect(announcer.problem()).toBe(`not announced: ${SENTENCE}`);
  refuse(undefined);
  await announcer.start();
  expect(announcer.problem()).toBeUndefined();
});

it.each([
  ["a server", FULL],
  ["a connection", Object.assign(new Error("away"), { code: "ECONNREFUSED" })],
  ["us", reply("ERR wrong number of arguments")],
])("leaves to connections to say in the log what is wrong with %s", async (_, error) => {
  const { announcer, faults, refuse } = announcing();
  refuse(error);
  await announcer.start();
  expect(faults).toEqual([]);
  expect(announcer.problem()).toMatch(/^not announced: /);
});

it.each([
  [["s0"], 3, "1 shard"],
  [["s0", "s1"], 1, "2 shards"],
])("says once that other gateways have another number of shards than %s", async (own, other, named) => {
  const { announcer, faults, gatewaysHave } = announcing(own);
  for (const count of [0, own.length, other, other, 0, own.length, other]) {
    gatewaysHave(count);
    await announcer.start();
  }
  const fault = `This gateway works in ${named} (GATEWAY_SHARDS), and another one in ${other}. Set all alike.`;
  expect(faults).toEqual([
    ["shards differ", fault],
    ["shards differ", fault],
  ]);
  expect(announcer.problem()).toBeUndefined();
});
