/** One executor process on either plane, and the driver's part against it: issues tasks, reads what is said about them. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createKeys, type Keys } from "@myspinbot/contracts/keys.ts";
import { SCRIPTS } from "@myspinbot/contracts/scripts.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import type { Executor, NodeTypeCapability, Priority, Task } from "@myspinbot/contracts/types.ts";
import { validateMail, validateNote } from "@myspinbot/contracts/validators.js";
import { GROUPS, POOLS, PRIORITIES } from "@myspinbot/contracts/wire.ts";
import { prepareGateway } from "@myspinbot/services/gateway.ts";
import { prepareGpuNode } from "@myspinbot/services/gpu-node.ts";
import type { Service } from "@myspinbot/services/service.ts";
import { Redis } from "ioredis";
import { ulid } from "ulid";
import { vi } from "vitest";
import { toNode, type NodeSpec } from "./nodes.ts";
import { startProxy } from "./proxy.ts";

export const SHARD = "s0";
/** Short, so that what waits for a renewal is quick; long for a busy machine. */
export const LEASE_MS = 4000;

const EXTENSION = fileURLToPath(new URL("extension", import.meta.url));
const NO_STORE = {
  endpoint: "http://127.0.0.1:9",
  region: "us-east-1",
  bucket: "none",
  accessKey: "none",
  secretKey: "none",
};

export const PLANES = ["node", "python"] as const;
export type PlaneName = (typeof PLANES)[number];

export interface Said {
  kind: "note" | "result" | "ending";
  node: string;
  type: string;
  body: Record<string, unknown>;
}

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

export interface Plane {
  readonly pool: string;
  readonly service: Service;
  readonly redis: Redis;
  readonly keys: Keys;
  /** Its name in the registry. */
  executorId(): Promise<string>;
  /** What it announces of a node type. */
  row(type: string): Promise<NodeTypeCapability>;
  /** All that it announces. */
  announced(): Promise<Executor>;
  /** Lets it ask its engines; answers the order. */
  orderProbe(): Promise<number>;
  issue(nodes: readonly NodeSpec[], more?: Partial<Task> & Issue): Promise<string>;
  /** What has been said about a task until `last` holds, for the first time. */
  until(task: string, last: (said: Said) => boolean): Promise<Said[]>;
  heard(task: string): Said[];
  cancel(task: string): Promise<void>;
  /** Ends a task whose lease is over, as the driver does; answers what the script says. */
  reap(task: string): Promise<string>;
  /** Hands an entry of these fields out; answers its id. */
  add(fields: Record<string, string>, level?: Priority): Promise<string>;
  state(task: string): Promise<Record<string, string>>;
  /** The next call of a script is answered by a connection that breaks; resolves when it has broken. */
  loseAnswerTo(script: keyof typeof SCRIPTS): Promise<void>;
  stop(): Promise<void>;
}

interface Prepare {
  dir: string;
  redisUrl: string;
  env: Record<string, string>;
  /** What handlers see of the environment. */
  flags: Record<string, string>;
}

const PREPARE = {
  node: ({ dir, redisUrl, env, flags }: Prepare) =>
    prepareGateway({
      dir,
      redisUrl,
      s3: NO_STORE,
      env: { ...prefixed("GATEWAY", { ...env, ROLES: "executor" }), ...flags },
    }),
  python: ({ dir, redisUrl, env, flags }: Prepare) =>
    prepareGpuNode({
      dir,
      redisUrl,
      s3: NO_STORE,
      env: {
        ...prefixed("GPU_NODE", { ...env, RENEW_MS: "500", CHILD_ENVIRONMENT: Object.keys(flags).join(",") }),
        ...flags,
      },
    }),
};

function prefixed(app: string, env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [`${app}_${name}`, value]));
}

/** What `commit` does for a task, in one step. */
const ISSUE = `
  local entry = redis.call('XADD', KEYS[1], '*', 'task', ARGV[1], 'body', ARGV[2])
  redis.call('HSET', KEYS[2], 'run', ARGV[3], 'entry', entry, 'state', 'open', 'reported', '0')
  if ARGV[4] ~= '' then redis.call('HSET', KEYS[2], 'start_by', ARGV[4]) end
  if ARGV[5] ~= '' then redis.call('HSET', KEYS[2], 'cancel', '1') end
  if ARGV[8] ~= 'normal' then redis.call('HSET', KEYS[2], 'level', ARGV[8]) end
  if ARGV[6] ~= '' then
    redis.call('XREADGROUP', 'GROUP', ARGV[7], ARGV[6], 'COUNT', 1, 'STREAMS', KEYS[1], '>')
  end`;

export async function startPlane(
  name: PlaneName,
  {
    dir,
    redisUrl,
    prefix,
    env = {},
  }: { dir: string; redisUrl: string; prefix: string; env?: Record<string, string> },
): Promise<Plane> {
  const pool = name === "node" ? POOLS.node_plane : POOLS.default;
  const keys = createKeys(prefix);
  const streamOf = (level: Priority = "normal") =>
    level === "normal" ? keys.poolTasks(SHARD, pool) : keys.poolLevelTasks(SHARD, pool, level);
  const redis = new Redis(redisUrl);
  const reader = new Redis(redisUrl);
  for (const { source } of Object.values(SCRIPTS)) await redis.script("LOAD", source);
  for (const level of PRIORITIES)
    await redis.xgroup("CREATE", streamOf(level), GROUPS.executors, "0", "MKSTREAM").catch(() => {});
  const settings = {
    EXTENSIONS: EXTENSION,
    KEY_PREFIX: prefix,
    LEASE_MS: String(LEASE_MS),
    SLOTS: "8",
    LOG_LEVEL: "debug",
    GPU: "1",
    VRAM_GB: "8",
    ...env,
  };
  const proxy = await startProxy(redisUrl);
  const { service } = await PREPARE[name]({
    dir: join(dir, `${name}-${ulid()}`),
    redisUrl: proxy.url,
    env: settings,
    flags: { TWINS_DIR: dir },
  });
  service.launch();

  const said = new Map<string, Said[]>();
  const listeners = new Set<() => void>();
  let open = true;
  const reading = listen();

  async function listen(): Promise<void> {
    let seen = "0";
    while (open) {
      const reply = await reader
        .xread("BLOCK", 20_000, "STREAMS", keys.poolReports(SHARD, pool), seen)
        .catch(() => null);
      for (const [id, flat] of reply?.[0]?.[1] ?? []) {
        seen = id;
        const fields = Object.fromEntries(flat.flatMap((_, i) => (i % 2 ? [] : [[flat[i]!, flat[i + 1]!]])));
        const body = JSON.parse(fields.body!) as Said["body"];
        assertFits(fields, body);
        const of = said.get(fields.task!) ?? [];
        said.set(fields.task!, [
          ...of,
          { kind: fields.kind as Said["kind"], node: fields.node!, type: fields.type!, body },
        ]);
      }
      for (const look of listeners) look();
    }
  }

  const heard = (task: string): Said[] => said.get(task) ?? [];
  const taskKey = (task: string): string => keys.poolTask(SHARD, pool, task);
  const plane: Plane = {
    pool,
    service,
    redis,
    keys,
    async executorId() {
      return vi.waitFor(
        async () => {
          const rows = await redis.hgetall(keys.poolExecutors(SHARD, pool));
          const online = Object.keys(rows).find((row) => row.startsWith("status:") && rows[row] === "online");
          if (online === undefined) throw new Error("no executor is announced");
          return online.slice("status:".length);
        },
        { timeout: 60_000, interval: 50 },
      );
    },
    async announced() {
      const text = await redis.hget(keys.poolExecutors(SHARD, pool), await plane.executorId());
      return JSON.parse(text!) as Executor;
    },
    row: async (type) => (await plane.announced()).node_types.find((row) => row.type === type)!,
    async orderProbe() {
      const at = { shard: SHARD, pool, executor: await plane.executorId(), order: "" };
      const step = steps.orderProbe(keys, at);
      const sha1 = SCRIPTS[step.script].sha1;
      return Number(await redis.evalsha(sha1, step.keys.length, ...step.keys, ...step.args));
    },
    async issue(nodes, { body, startBy, canceled, swallowedBy, level, ...more } = {}) {
      const task_id = `task_${SHARD}_${ulid()}`;
      const run_id = `run_${SHARD}_${ulid()}`;
      const task = { task_id, run_id, shard: SHARD, pool, plane: name, nodes: nodes.map(toNode), ...more };
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
    until(task, last) {
      return new Promise((resolve) => {
        const look = (): void => {
          const all = heard(task);
          const end = all.findIndex(last);
          if (end < 0) return;
          listeners.delete(look);
          resolve(all.slice(0, end + 1));
        };
        listeners.add(look);
        look();
      });
    },
    heard,
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
    loseAnswerTo: (script) => proxy.loseAnswerTo(SCRIPTS[script].sha1),
    async stop() {
      open = false;
      await service.stop();
      reader.disconnect();
      redis.disconnect();
      await reading;
      await proxy.stop();
    },
  };
  return plane;
}

/** Whatever an executor says must be what drivers take. */
function assertFits(fields: Record<string, string>, body: unknown): void {
  const isNote = fields.kind === "note";
  const validate = isNote ? validateNote : validateMail;
  const told = isNote ? { type: fields.type, node_id: fields.node, data: body } : body;
  if (!validate(told)) throw new Error(`${fields.body} does not fit: ${JSON.stringify(validate.errors)}`);
}
