import { createKeys } from "@myspinbot/contracts/keys.ts";
import { expect, it } from "vitest";
import { createPassingClock } from "../../test/passing-clock.ts";
import type { Redis } from "../redis/client.ts";
import { createLogger } from "../telemetry/logger.ts";
import { createRegistry } from "./registry.ts";

/** A Redis that counts questions and answers when the test says so. */
function setUp(lasting: boolean) {
  const clock = createPassingClock();
  const waiting: (() => void)[] = [];
  const redis = {
    time: () => new Promise((resolve) => waiting.push(() => resolve([String(clock.now() / 1000), "0"]))),
    hgetall: () => Promise.resolve({}),
  } as unknown as Redis;
  const logger = createLogger({ level: "error", write: () => {}, now: clock.now });
  const keys = createKeys("t");
  const registry = createRegistry({ redis, keys, shard: "s0", pools: [], clock, logger, known: {}, lasting });
  const answerAll = (): void => {
    for (const answer of waiting.splice(0)) answer();
  };
  return { registry, clock, waiting, answerAll };
}

it("reads who is there anew before what is known is a second old, and lets nobody wait for that", async () => {
  const { registry, clock, waiting, answerAll } = setUp(true);
  const first = registry.executors();
  answerAll();
  expect(await first).toEqual([]);
  clock.pass(600);
  expect(await Promise.all([registry.executors(), registry.executors()])).toEqual([[], []]);
  expect(waiting).toHaveLength(1);
  answerAll();
});

it("waits for what is a second old", async () => {
  const { registry, clock, waiting, answerAll } = setUp(true);
  const first = registry.executors();
  answerAll();
  await first;
  clock.pass(1000);
  const second = registry.executors();
  expect(waiting).toHaveLength(1);
  answerAll();
  expect(await second).toEqual([]);
});

it("asks behind nobody's back where a connection ends with its request", async () => {
  const { registry, clock, waiting, answerAll } = setUp(false);
  const first = registry.executors();
  answerAll();
  await first;
  clock.pass(900);
  await registry.executors();
  expect(waiting).toHaveLength(0);
});
