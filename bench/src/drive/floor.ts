/** The floor of a drive: two bare scripts that touch about the same keys, and no thinking in between. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import type { Redis } from "ioredis";
import type { Contestant } from "./contestants.ts";
import { measured } from "./measured.ts";

const COLLECT = `
redis.call('XACK', KEYS[1], 'drivers', ARGV[1])
redis.call('XDEL', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[2], 'token', ARGV[2])
return {redis.call('HGETALL', KEYS[2]), redis.call('HGETALL', KEYS[3])}`;

const COMMIT = `
redis.call('XADD', KEYS[1], '*', 'run', ARGV[1], 'body', ARGV[2])
redis.call('HSET', KEYS[3], ARGV[3], ARGV[2])
redis.call('XADD', KEYS[4], '*', 'type', 'node.dispatched', 'data', ARGV[2])
redis.call('XADD', KEYS[4], '*', 'type', 'node.succeeded', 'data', ARGV[2])
redis.call('HSET', KEYS[5], 'body', ARGV[2])
redis.call('HDEL', KEYS[2], 'token')
return 'free'`;

const BODY = JSON.stringify({ status: "dispatched", attempt: 1, note: "x".repeat(300) });

export function floor(name: string, redis: Redis): Contestant {
  let runs = 0;

  async function drive(run: string, step: number): Promise<void> {
    const keys = [
      `floor:${run}`,
      `floor:${run}:nodes`,
      `floor:${run}:events`,
      `floor:${run}:checkpoint:${step}`,
    ];
    await script(redis, COLLECT, ["floor:mail", ...keys.slice(0, 2)], ["1-1", "token"]);
    await script(redis, COMMIT, ["floor:tasks", ...keys], [run, BODY, `n${step}`]);
  }

  return {
    name,
    async run(graph: Graph, count: number) {
      const cost = { drives: 0, wallMs: 0, cpuMs: 0 };
      const names = Array.from({ length: count }, () => String((runs += 1)));
      for (let step = 0; step <= graph.nodes.length; step += 1) {
        await measured(
          cost,
          names.map((run) => () => drive(run, step)),
        );
      }
      return cost;
    },
  };
}

const digests = new Map<string, string>();

/** Loads a script when it is called first. */
async function script(redis: Redis, source: string, keys: string[], args: string[]): Promise<void> {
  const sha1 = digests.get(source) ?? ((await redis.script("LOAD", source)) as string);
  digests.set(source, sha1);
  await redis.evalsha(sha1, keys.length, ...keys, ...args);
}
