/** The driver's part against one pool: tasks handed out, canceled, reaped, and handed out again after they have ended. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { SCRIPTS } from "@myspinbot/contracts/scripts.ts";
import { type Step, steps } from "@myspinbot/contracts/steps.ts";
import type { Priority, Task } from "@myspinbot/contracts/types.ts";
import { GROUPS } from "@myspinbot/contracts/wire.ts";
import type { Redis } from "ioredis";
import { ulid } from "ulid";
import { vi } from "vitest";
import { type NodeSpec, toNode } from "./nodes.ts";

export const SHARD = "s0";
/** Short, so that what waits for a renewal is quick; long for a busy machine. */
export const LEASE_MS = 4000;

/** How a task is issued; the rest is the task's own. */
export interface Issue {
  body?: string;
  startBy?: number;
  /** Before anybody has it. */
  canceled?: boolean;
  /** Of which of the pool's streams; `normal` when left out. */
  level?: Priority;
  /** Name of the executor to which it is handed out on a connection that nobody reads. */
  swallowedBy?: string;
}

export interface DriverPart {
  issue(nodes: readonly NodeSpec[], more?: Partial<Task> & Issue): Promise<string>;
  cancel(task: string): Promise<void>;
  /** Tells an executor that it holds what it does not renew, as drivers do when half a lease has passed. */
  remind(executor: string): Promise<void>;
  /** Ends a task whose lease is over, as the driver does; answers what the script says. */
  reap(task: string): Promise<string>;
  /** Hands an entry of these fields out; answers its id. */
  add(fields: Record<string, string>, level?: Priority): Promise<string>;
  state(task: string): Promise<Record<string, string>>;
  /** Redis comes back as it was when the executor held the task, and knows nothing of what was said since. */
  forgetEnding(task: string, before: Record<string, string>, executor: string): Promise<void>;
  /** Lets an executor ask its engines; answers the order. */
  orderProbe(executor: string): Promise<number>;
}

/** What `commit` does for a task, in one step. */
const ISSUE = `
  local by = ARGV[4] ~= '' and ARGV[4] or '0'
  local entry = redis.call('XADD', KEYS[1], '*', 'task', ARGV[1], 'body', ARGV[2], 'start_by', by)
  redis.call('HSET', KEYS[2], 'run', ARGV[3], 'entry', entry, 'state', 'open', 'reported', '0')
  if ARGV[4] ~= '' then redis.call('HSET', KEYS[2], 'start_by', ARGV[4]) end
  if ARGV[5] ~= '' then redis.call('HSET', KEYS[2], 'cancel', '1') end
  if ARGV[8] ~= 'normal' then redis.call('HSET', KEYS[2], 'level', ARGV[8]) end
  if ARGV[6] ~= '' then
    redis.call('XREADGROUP', 'GROUP', ARGV[7], ARGV[6], 'COUNT', 1, 'STREAMS', KEYS[1], '>')
  end`;

/** The stream has nothing but an entry of before, which its consumer has been given. */
const HAND_OUT_AGAIN = `
  redis.call('DEL', KEYS[1])
  redis.call('XADD', KEYS[1], ARGV[1], 'task', ARGV[4], 'body', '{}')
  redis.call('XGROUP', 'CREATE', KEYS[1], ARGV[3], '0')
  redis.call('XREADGROUP', 'GROUP', ARGV[3], ARGV[2], 'COUNT', 1, 'STREAMS', KEYS[1], '>')`;

export interface Place {
  redis: Redis;
  keys: Keys;
  pool: string;
  plane: Task["plane"];
}

export function createDriverPart({ redis, keys, pool, plane }: Place): DriverPart {
  const streamOf = (level: Priority = "normal") =>
    level === "normal" ? keys.poolTasks(SHARD, pool) : keys.poolLevelTasks(SHARD, pool, level);
  const taskKey = (task: string): string => keys.poolTask(SHARD, pool, task);
  const call = ({ script, keys: names, args }: Step<unknown>): Promise<unknown> =>
    redis.evalsha(SCRIPTS[script].sha1, names.length, ...names, ...args);

  const remind = async (executor: string): Promise<void> => {
    await redis.publish(keys.channels.poolControl(SHARD, pool), `renew ${executor}`);
  };

  return {
    remind,
    async issue(nodes, { body, startBy, canceled, swallowedBy, level, ...more } = {}) {
      const task_id = `task_${SHARD}_${ulid()}`;
      const run_id = `run_${SHARD}_${ulid()}`;
      const task = { task_id, run_id, shard: SHARD, pool, plane, nodes: nodes.map(toNode), ...more };
      const text = body ?? JSON.stringify(task);
      const how = [
        startBy ?? "",
        canceled ? "1" : "",
        swallowedBy ?? "",
        GROUPS.executors,
        level ?? "normal",
      ];
      await redis.eval(ISSUE, 2, streamOf(level), taskKey(task_id), task_id, text, run_id, ...how);
      return task_id;
    },
    async cancel(task) {
      await redis.hset(taskKey(task), "cancel", "1");
      await redis.publish(keys.channels.poolControl(SHARD, pool), `cancel ${task}`);
    },
    async reap(task) {
      const { entry, level } = (await redis.hgetall(taskKey(task))) as { entry: string; level?: Priority };
      const names = [keys.server(SHARD), streamOf(level), taskKey(task), keys.poolReports(SHARD, pool)];
      return vi.waitFor(
        async () => {
          const answer = String(await redis.evalsha(SCRIPTS.reap.sha1, 4, ...names, entry, task, LEASE_MS));
          if (/alive|young/.test(answer)) throw new Error(`the task is ${answer}`);
          return answer;
        },
        { timeout: 30_000, interval: 50 },
      );
    },
    add: async (fields, level) => (await redis.xadd(streamOf(level), "*", ...Object.entries(fields).flat()))!,
    state: (task) => redis.hgetall(taskKey(task)),
    async forgetEnding(task, before, executor) {
      await redis.del(taskKey(task));
      await redis.hset(taskKey(task), before);
      await redis.eval(HAND_OUT_AGAIN, 1, streamOf(), before.entry!, executor, GROUPS.executors, task);
      await remind(executor);
    },
    orderProbe: async (executor) =>
      Number(await call(steps.orderProbe(keys, { shard: SHARD, pool, executor, order: "" }))),
  };
}
