/** One executor process on either plane, and the driver's part against it: issues tasks, reads what is said about them. */
import { join } from "node:path";
import { createKeys, type Keys } from "@myspinbot/contracts/keys.ts";
import { type ScriptName, SCRIPTS } from "@myspinbot/contracts/scripts.ts";
import type { Executor, NodeTypeCapability } from "@myspinbot/contracts/types.ts";
import { GROUPS, POOLS, PRIORITIES } from "@myspinbot/contracts/wire.ts";
import type { Service } from "@myspinbot/services/service.ts";
import { Redis } from "ioredis";
import { ulid } from "ulid";
import { vi } from "vitest";
import { createDriverPart, type DriverPart, LEASE_MS, SHARD } from "./driver-part.ts";
import { type Limits, type PlaneName, prepareExecutor } from "./executor-process.ts";
import { type Proxy, startProxy } from "./proxy.ts";
import { listen, type Sayings } from "./said.ts";

export interface Plane
  extends Omit<DriverPart, "orderProbe">, Omit<Sayings, "stop">, Pick<Proxy, "withholdAnswerTo"> {
  readonly pool: string;
  readonly service: Service;
  readonly redis: Redis;
  /** Without the proxy. */
  readonly redisUrl: string;
  readonly keys: Keys;
  /** Its name in the registry. */
  executorId(): Promise<string>;
  /** All that it announces. */
  announced(): Promise<Executor>;
  /** What it announces of a node type. */
  row(type: string): Promise<NodeTypeCapability>;
  /** Lets it ask its engines; answers the order. */
  orderProbe(): Promise<number>;
  /** The next call of a script is answered by a connection that breaks; resolves when it has broken. */
  loseAnswerTo(script: ScriptName): Promise<void>;
  stop(): Promise<void>;
}

export interface Start {
  dir: string;
  redisUrl: string;
  prefix: string;
  env?: Readonly<Record<string, string>>;
  limits?: Limits;
}

const USUAL = {
  LEASE_MS: String(LEASE_MS),
  SLOTS: "8",
  LOG_LEVEL: "debug",
  GPU: "1",
  VRAM_GB: "8",
};

export async function startPlane(name: PlaneName, start: Start): Promise<Plane> {
  const { dir, redisUrl, prefix, env = {}, limits = {} } = start;
  const pool = name === "node" ? POOLS.node_plane : POOLS.default;
  const keys = createKeys(prefix);
  const redis = new Redis(redisUrl);
  for (const { source } of Object.values(SCRIPTS)) await redis.script("LOAD", source);
  await makeGroups(redis, keys, pool);
  const proxy = await startProxy(redisUrl);
  const { service } = await prepareExecutor(name, {
    ...{ dir: join(dir, `${name}-${ulid()}`), redisUrl: proxy.url, limits },
    env: { ...USUAL, KEY_PREFIX: prefix, ...env },
    flags: { TWINS_DIR: dir },
  });
  service.launch();
  const sayings = listen(redisUrl, keys.poolReports(SHARD, pool));
  const driver = createDriverPart({ redis, keys, pool, plane: name });

  const plane: Plane = {
    ...driver,
    ...sayings,
    ...{ pool, service, redis, redisUrl, keys },
    loseAnswerTo: (script) => proxy.loseAnswerTo(SCRIPTS[script].sha1),
    withholdAnswerTo: (bytes) => proxy.withholdAnswerTo(bytes),
    executorId: () => onlineIn(redis, keys.poolExecutors(SHARD, pool)),
    async announced() {
      const text = await redis.hget(keys.poolExecutors(SHARD, pool), await plane.executorId());
      return JSON.parse(text!) as Executor;
    },
    row: async (type) => (await plane.announced()).node_types.find((row) => row.type === type)!,
    orderProbe: async () => driver.orderProbe(await plane.executorId()),
    async stop() {
      await service.stop();
      await sayings.stop();
      redis.disconnect();
      await proxy.stop();
    },
  };
  return plane;
}

async function makeGroups(redis: Redis, keys: Keys, pool: string): Promise<void> {
  const streams = PRIORITIES.map((level) =>
    level === "normal" ? keys.poolTasks(SHARD, pool) : keys.poolLevelTasks(SHARD, pool, level),
  );
  for (const stream of streams)
    await redis.xgroup("CREATE", stream, GROUPS.executors, "0", "MKSTREAM").catch(() => {});
}

function onlineIn(redis: Redis, registry: string): Promise<string> {
  return vi.waitFor(
    async () => {
      const rows = await redis.hgetall(registry);
      const online = Object.keys(rows).find((row) => row.startsWith("status:") && rows[row] === "online");
      if (online === undefined) throw new Error("no executor is announced");
      return online.slice("status:".length);
    },
    { timeout: 60_000, interval: 50 },
  );
}
