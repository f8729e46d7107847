/** A Redis client that behaves like a bad network: calls that never arrive, replies that are lost, owners that die. */
import type { Redis } from "../src/redis/client.ts";

export interface ChaosOptions {
  random: () => number;
  /** Chance that a call never arrives, and that its reply is lost after it took effect. */
  lostCalls: number;
  lostReplies: number;
}

export interface Chaos {
  redis: Redis;
  /** From now on nothing arrives any more: the owner was killed. */
  die(): void;
  readonly dead: boolean;
}

class Gone extends Error {
  constructor() {
    super("Connection is closed.");
  }
}

/** Wraps a client; `seen` is told what the server really answered, also when the caller never learns it. */
export function createChaos(
  redis: Redis,
  options: ChaosOptions,
  seen: (args: unknown[], reply: unknown) => void = () => {},
): Chaos {
  let dead = false;
  const call =
    (method: string) =>
    async (...args: unknown[]) => {
      if (dead || options.random() < options.lostCalls) throw new Gone();
      const reply: unknown = await (
        redis as unknown as Record<string, (...a: unknown[]) => Promise<unknown>>
      )[method]!(...args);
      seen([method, ...args], reply);
      if (dead || options.random() < options.lostReplies) throw new Gone();
      return reply;
    };
  const proxy = new Proxy(redis, {
    get(target, name) {
      if (typeof name !== "string") return Reflect.get(target, name) as unknown;
      if (name === "connect") return async () => {};
      if (name === "disconnect") return () => {};
      return call(name);
    },
  });
  return {
    redis: proxy,
    die() {
      dead = true;
    },
    get dead() {
      return dead;
    },
  };
}

/** A seeded generator (mulberry32), so that a failing seed can be run again. */
export function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
