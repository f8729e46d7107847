/** Who can run what: the rows that executors announce, a second old at most. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import type { Executor } from "@myspinbot/contracts/types.ts";
import { validateExecutor } from "@myspinbot/contracts/validators.js";
import { DEFAULTS, POOLS } from "@myspinbot/contracts/wire.ts";
import type { Clock } from "../clock.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";
import { inShard } from "../redis/sharded.ts";
import type { Logger } from "../telemetry/logger.ts";

export interface Registry {
  /** All rows of the configured pools; those silent for 30 s are shown as offline, those silent for a day not at all. */
  executors(): Promise<Executor[]>;
  /** The same where nobody has to wait for it. */
  known(): Executor[] | undefined;
  /** The same, but asked for now, or by who asks just now. */
  anew(): Promise<Executor[]>;
  /** What was known is asked for again. */
  forget(): void;
}

export interface RegistryOptions {
  redis: Redis;
  keys: Keys;
  /** Executors announce themselves in every shard, so one is asked. */
  shard: string;
  pools: readonly string[];
  clock: Clock;
  logger: Logger;
  /** What the last question brought, whichever connection asked it. */
  known: KnownRows;
  /** The gateway itself, where it runs tasks without announcing itself: it is always online. */
  resident?: Executor | undefined;
  cacheMs?: number;
  /** Whether the connection outlives who asks: then rows are read anew before they are too old, and nobody waits for it. */
  lasting?: boolean;
}

export interface KnownRows {
  latest?: { at: number; rows: Executor[] };
}

export function createRegistry(options: RegistryOptions): Registry {
  const { clock, known, cacheMs = 1000, lasting = false } = options;
  const isFresh = (asked: { at: number } | undefined, ms = cacheMs) =>
    asked !== undefined && clock.now() - asked.at < ms;
  /** The question under way. It is this connection's: whoever has another asks by itself. */
  let asked: { at: number; rows: Promise<Executor[]> } | undefined;

  const ask = async (at: number): Promise<Executor[]> => {
    const rows = [...(await readRows(options)), ...(options.resident ? [options.resident] : [])];
    if (at >= (known.latest?.at ?? at)) known.latest = { at, rows };
    return rows;
  };

  const question = (): Promise<Executor[]> => {
    if (asked && isFresh(asked)) return asked.rows;
    const at = clock.now();
    const mine = { at, rows: ask(at) };
    asked = mine;
    const over = () => {
      if (asked === mine) asked = undefined;
    };
    mine.rows.then(over, over);
    return mine.rows;
  };

  const freshRows = (): Executor[] | undefined => {
    const { latest } = known;
    if (!latest || !isFresh(latest)) return undefined;
    // What fails behind somebody's back is told to whoever finds nothing fresh any more.
    if (lasting && !isFresh(latest, cacheMs / 2)) question().catch(() => {});
    return latest.rows;
  };

  return {
    forget() {
      delete known.latest;
      asked = undefined;
    },
    known: freshRows,
    anew: question,
    executors() {
      const rows = freshRows();
      return rows ? Promise.resolve(rows) : question();
    },
  };
}

/** Age is told in Redis time: that is what the rows carry. */
async function readRows({ redis, keys, shard, pools, logger }: RegistryOptions): Promise<Executor[]> {
  const names = [POOLS.node_plane, ...pools];
  const [time, ...hashes] = await fromRedis(
    Promise.all([
      inShard(redis, shard).time(),
      ...names.map((pool) => redis.hgetall(keys.poolExecutors(shard, pool))),
    ]),
  );
  const now = Number(time[0]) * 1000 + Math.floor(Number(time[1]) / 1000);
  return hashes.flatMap((hash, index) => rowsOf(hash, names[index]!, now, logger));
}

function rowsOf(hash: Record<string, string>, pool: string, now: number, logger: Logger): Executor[] {
  return Object.keys(hash)
    .filter((field) => !field.includes(":"))
    .sort()
    .flatMap((id) => {
      const row = toExecutor(hash, id, now);
      if (row && now - row.last_seen_ms > DEFAULTS.executor_forget_ms) return [];
      // A box writes its own row: what does not fit or speaks for another pool counts for nothing.
      if (row && validateExecutor(row) && row.pool === pool && row.executor_id === id) return [row];
      logger.debug("executor row ignored", { pool, executor_id: id });
      return [];
    });
}

function toExecutor(hash: Record<string, string>, id: string, now: number): Executor | undefined {
  const seen = Number(hash[`seen:${id}`] ?? 0);
  const said =
    hash[`drain:${id}`] !== undefined && hash[`status:${id}`] === "online" ? "draining" : undefined;
  const status = now - seen > DEFAULTS.executor_online_ms ? "offline" : (said ?? hash[`status:${id}`]);
  try {
    return {
      ...(JSON.parse(hash[id] ?? "") as Executor),
      status: status as Executor["status"],
      last_seen_ms: seen,
    };
  } catch {
    return undefined;
  }
}
