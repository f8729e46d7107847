import { createKeys } from "@myspinbot/contracts/keys.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { expect, it } from "vitest";
import { createPassingClock } from "../../test/passing-clock.ts";
import type { Redis } from "../redis/client.ts";
import { createApiKeys } from "./api-keys.ts";
import { createKnownKeys } from "./known-keys.ts";

const KEY = "01J00000000000000000000000";
const ROW = ["digest", "0".repeat(64), "owner", "ann", "name", "ann"];
const MORE = ["scopes", "runs:read", "limits", "{}", "created_at", "1"];

/** A Redis that answers when the test says so. */
function setUp(lasting: boolean) {
  const clock = createPassingClock();
  const waiting: ((record: string[]) => void)[] = [];
  let broken = false;
  const redis = {
    evalsha: () =>
      broken
        ? Promise.reject(new Error("no connection"))
        : new Promise((resolve) => {
            waiting.push((record) => resolve([String(clock.now()), 1, record]));
          }),
  } as unknown as Redis;
  const known = createKnownKeys();
  const apiKeys = createApiKeys({ redis, keys: createKeys("t"), shard: "s0", clock, known, lasting });
  return { apiKeys, clock, waiting, breakOff: () => (broken = true) };
}
const answerAll = (waiting: ((record: string[]) => void)[], record: string[]): void => {
  for (const answer of waiting.splice(0)) answer(record);
};

it("reads a key anew before what is known of it is too old, and lets nobody wait for that", async () => {
  const { apiKeys, clock, waiting } = setUp(true);
  const first = apiKeys.find(KEY);
  answerAll(waiting, [...ROW, ...MORE]);
  expect((await first)?.owner).toBe("ann");
  clock.pass(DEFAULTS.key_cache_ms / 2 - 100);
  await apiKeys.find(KEY);
  expect(waiting).toHaveLength(0);

  clock.pass(200);
  const found = await Promise.all([apiKeys.find(KEY), apiKeys.find(KEY)]);
  expect(found.map((row) => row?.owner)).toEqual(["ann", "ann"]);
  expect(waiting).toHaveLength(1);
  // It was revoked meanwhile.
  answerAll(waiting, []);
  await expect.poll(() => apiKeys.find(KEY)).toBeUndefined();
});

it("believes nothing that is older than it says, also when reading anew fails", async () => {
  const { apiKeys, clock, waiting, breakOff } = setUp(true);
  const first = apiKeys.find(KEY);
  answerAll(waiting, [...ROW, ...MORE]);
  await first;
  breakOff();
  clock.pass(DEFAULTS.key_cache_ms / 2);
  expect((await apiKeys.find(KEY))?.owner).toBe("ann");
  clock.pass(DEFAULTS.key_cache_ms / 2);
  await expect(apiKeys.find(KEY)).rejects.toMatchObject({ code: "redis-unavailable" });
});

it("asks once for many who wait, and behind nobody's back where a connection ends with its request", async () => {
  const { apiKeys, clock, waiting } = setUp(false);
  const both = Promise.all([apiKeys.find(KEY), apiKeys.find(KEY)].map((found) => Promise.resolve(found)));
  expect(waiting).toHaveLength(1);
  answerAll(waiting, [...ROW, ...MORE]);
  await both;
  clock.pass(DEFAULTS.key_cache_ms - 100);
  await apiKeys.find(KEY);
  expect(waiting).toHaveLength(0);
});
