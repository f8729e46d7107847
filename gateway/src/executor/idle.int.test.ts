/** An executor that has nothing to do says little, and yet misses nothing. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SCRIPTS } from "@myspinbot/contracts/scripts.ts";
import { EXECUTOR } from "@myspinbot/contracts/wire.ts";
import { startValkey, type ValkeyServer } from "@myspinbot/services/valkey.ts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createPassingClock, type PassingClock } from "../../test/passing-clock.ts";
import type { Redis } from "../redis/client.ts";
import { createTestPool, POOL, SHARD, type TestPool } from "./test/pool.ts";
import { startExecutor, type TestExecutor } from "./test/start-executor.ts";

const ID = "exec_test";
const ANNOUNCE_MS = 15_000;
const LEASE_MS = 10_000;
const RENEW_MS = 3000;

const dir = mkdtempSync(join(tmpdir(), "idle-"));
let server: ValkeyServer;
let pool: TestPool;
let clock: PassingClock;
let executor: TestExecutor;
/** Scripts that were called, in their order. */
let said: string[];
let gate: PromiseWithResolvers<void>;

beforeAll(async () => {
  server = await startValkey({ dir });
});
afterAll(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  pool = await createTestPool(server.url);
  clock = createPassingClock();
  said = [];
  gate = Promise.withResolvers();
  executor = await startExecutor(
    server.url,
    pool,
    { work: async () => ({}), gated: () => gate.promise.then(() => ({})) },
    {
      ...{ executorId: ID, clock, redis: overheard(pool.redis), blockMs: 60_000 },
      ...{ announceMs: ANNOUNCE_MS, leaseMs: LEASE_MS, renewMs: RENEW_MS },
    },
  );
  const channel = pool.keys.channels.poolControl(SHARD, POOL);
  await vi.waitFor(async () => expect(await pool.redis.pubsub("NUMSUB", channel)).toEqual([channel, 1]));
});
afterEach(async () => {
  await executor.stop(0);
  pool.disconnect();
});

/** The same client, which notes the scripts that it is asked for. */
function overheard(redis: Redis): Redis {
  const names = new Map<string, string>(Object.entries(SCRIPTS).map(([name, { sha1 }]) => [sha1, name]));
  return new Proxy(redis, {
    get(target, property) {
      const found: unknown = Reflect.get(target, property, target);
      if (typeof found !== "function") return found;
      return (...args: unknown[]): unknown => {
        if (property === "evalsha") said.push(names.get(String(args[0])) ?? "");
        return Reflect.apply(found, target, args);
      };
    },
  });
}

const seen = async (): Promise<number> =>
  Number(await pool.redis.hget(pool.keys.poolExecutors(SHARD, POOL), `seen:${ID}`));

describe("an executor that has nothing to do", () => {
  it("says that it is here, and all that it can only once", async () => {
    said = [];
    for (let i = 0; i < 3; i += 1) {
      const before = await seen();
      await vi.waitFor(async () => {
        clock.pass(ANNOUNCE_MS);
        expect(await seen()).toBeGreaterThan(before);
      });
    }
    expect(new Set(said)).toEqual(new Set(["alive"]));
  });

  it("says all that it can again to a registry that does not know it", async () => {
    await pool.redis.del(pool.keys.poolExecutors(SHARD, POOL));
    said = [];
    clock.pass(ANNOUNCE_MS);
    await vi.waitFor(() => expect(said).toEqual(["alive", "announce"]));
    await vi.waitFor(async () =>
      expect(await pool.redis.hget(pool.keys.poolExecutors(SHARD, POOL), `status:${ID}`)).toBe("online"),
    );
  });

  it("hears with a sign of life what operators want", async () => {
    await pool.redis.hset(pool.keys.poolExecutors(SHARD, POOL), `drain:${ID}`, "1");
    clock.pass(ANNOUNCE_MS);
    await vi.waitFor(async () =>
      expect(await pool.redis.hget(pool.keys.poolExecutors(SHARD, POOL), `status:${ID}`)).toBe("draining"),
    );
  });

  it("renews nothing when its last task has ended and Redis has said that nothing is pending", async () => {
    const task = await pool.addTask({ type: "gated" });
    await vi.waitFor(() => {
      clock.pass(RENEW_MS);
      expect(said).toContain("renew");
    });
    gate.resolve();
    expect(await pool.endingOf(task)).toMatchObject({ outcome: "settled" });
    await vi.waitFor(async () => {
      said = [];
      for (let i = 0; i < 3; i += 1) {
        clock.pass(RENEW_MS);
        await pool.redis.ping();
      }
      expect(said).not.toContain("renew");
    });
  });

  it("takes what a connection has swallowed when a driver tells of it, and makes that connection anew", async () => {
    expect(await pool.endingOf(await pool.addTask({}))).toMatchObject({ outcome: "settled" });
    const closed = new Promise((resolve) => void executor.readers[0]!.once("close", resolve));
    const task = await pool.addSwallowed(ID, {});
    await pool.remind(ID);
    expect(await pool.endingOf(task)).toMatchObject({ outcome: "settled" });
    clock.pass(EXECUTOR.read_slack_ms);
    await closed;
    expect(await pool.endingOf(await pool.addTask({}))).toMatchObject({ outcome: "settled" });
  });
});
