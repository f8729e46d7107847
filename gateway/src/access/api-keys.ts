/** The API keys in Redis: made, read, listed, revoked. What was read is believed for seconds only. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import type { ApiKeyCreate, ApiKeyPage, KeyRow, NewApiKey } from "@myspinbot/contracts/types.ts";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import type { Clock } from "../clock.ts";
import { AppError } from "../errors/app-error.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";
import { readCursor, toCursor } from "../redis/cursor.ts";
import { toRecord } from "../redis/flat.ts";
import { newestFirst } from "../redis/newest-first.ts";
import { runStep } from "../redis/scripts.ts";
import { isKeyId, newApiKey } from "./api-key.ts";
import { toApiKey, toKeyRow, toRow } from "./key-view.ts";
import { keep, type KnownKey, type KnownKeys } from "./known-keys.ts";
import { whenThere, type Soon } from "../soon.ts";

export interface ApiKeys {
  /** Whether any key was ever made: from then on everybody needs one. Answers of `false` are a second old at most. */
  made(): Soon<boolean>;
  /** The key, unless it is revoked or over; what this answers is three seconds old at most. */
  find(id: string): Soon<KeyRow | undefined>;
  /** @throws AppError `invalid-request` for an end that has passed */
  create(create: ApiKeyCreate): Promise<NewApiKey>;
  /** @throws AppError `invalid-request` for a cursor that is none of ours. */
  list(page: { limit: number; cursor?: string }): Promise<ApiKeyPage>;
  /** @throws AppError `key-not-found`. */
  revoke(id: string): Promise<void>;
}

export interface ApiKeysOptions {
  redis: Redis;
  keys: Keys;
  /** Where all keys lie. */
  shard: string;
  clock: Clock;
  known: KnownKeys;
  /** Whether the connection outlives who asks: then a key is read anew before what is known is too old, and nobody waits. */
  lasting?: boolean;
}

/** In place of a key's id, where it is only asked whether there are any. */
const NO_KEY = "none";

/** Reads keys. Whoever asks for one over this connection while it is read waits for the same answer. */
function createReading({ redis, keys, shard, clock, known, lasting = false }: ApiKeysOptions) {
  const isFresh = (at: number | undefined, ms: number): boolean =>
    at !== undefined && clock.elapsed() - at < ms;

  const ask = async (key: string): Promise<KnownKey | undefined> => {
    const at = clock.elapsed();
    const step = steps.readKey(keys, { shard, key, usedMs: DEFAULTS.key_used_ms });
    const [now, made, flat] = await fromRedis(runStep(redis, step));
    if (known.made?.value !== true) known.made = { at, value: made === 1 };
    if (key === NO_KEY) return undefined;
    const row = toKeyRow(toRecord(flat));
    if (!row) {
      known.rows.delete(key);
      keep(known.missing, key, at);
      return undefined;
    }
    const found: KnownKey = { at, now: Number(now), row };
    keep(known.rows, key, found);
    return found;
  };

  /** Questions under way, by key. */
  const asked = new Map<string, Promise<KnownKey | undefined>>();
  const question = (key: string): Promise<KnownKey | undefined> => {
    const mine = asked.get(key) ?? ask(key).finally(() => asked.delete(key));
    asked.set(key, mine);
    return mine;
  };
  /** What fails behind somebody's back is told to whoever finds nothing fresh any more. */
  const lookAhead = (key: string, at: number | undefined, ms: number): void => {
    if (lasting && !isFresh(at, ms / 2)) question(key).catch(() => {});
  };
  return { isFresh, question, lookAhead };
}

export function createApiKeys(options: ApiKeysOptions): ApiKeys {
  const { redis, keys, shard, clock, known } = options;
  const { isFresh, question, lookAhead } = createReading(options);
  const isOver = ({ at, now, row }: KnownKey): boolean =>
    row.expires_at !== undefined && Number(row.expires_at) <= now + clock.elapsed() - at;
  const rowUnlessOver = (found: KnownKey | undefined): KeyRow | undefined =>
    found && !isOver(found) ? found.row : undefined;

  return {
    made() {
      const { made } = known;
      if (made?.value === true) return true;
      if (!isFresh(made?.at, DEFAULTS.keys_made_cache_ms))
        return question(NO_KEY).then(() => known.made?.value === true);
      lookAhead(NO_KEY, made?.at, DEFAULTS.keys_made_cache_ms);
      return false;
    },
    find(id) {
      if (isFresh(known.missing.get(id), DEFAULTS.key_cache_ms)) return undefined;
      const before = known.rows.get(id);
      const isKnown = isFresh(before?.at, DEFAULTS.key_cache_ms);
      if (isKnown) lookAhead(id, before?.at, DEFAULTS.key_cache_ms);
      return whenThere(isKnown ? before : question(id), rowUnlessOver);
    },
    async create(create) {
      if (create.expires_at !== undefined && !(Date.parse(create.expires_at) > clock.now()))
        throw new AppError("invalid-request", "The body does not fit: /expires_at must lie ahead.", {
          errors: [{ pointer: "/expires_at", detail: "must lie ahead" }],
        });
      const { id, text, digest } = newApiKey();
      const record = toRow(create, digest);
      const created_at = await fromRedis(runStep(redis, steps.createKey(keys, { shard, key: id, record })));
      known.made = { at: clock.elapsed(), value: true };
      return { api_key: text, key: toApiKey(id, { ...record, created_at }) };
    },
    async list({ limit, cursor }) {
      const after = cursor === undefined ? undefined : readCursor(cursor, isKeyId);
      const places = await newestFirst(redis, [keys.apiKeys(shard)], after, limit);
      const rows = await fromRedis(
        Promise.all(places.map(({ id }) => redis.hgetall(keys.apiKey(shard, id)))),
      );
      const last = places.length === limit ? places.at(-1) : undefined;
      return {
        keys: rows.flatMap((hash, index) => {
          const row = toKeyRow(hash);
          return row ? [toApiKey(places[index]!.id, row)] : [];
        }),
        ...(last ? { next_cursor: toCursor(last) } : {}),
      };
    },
    async revoke(id) {
      // What is no id may be a key's text, or a part of it.
      if (!isKeyId(id)) throw new AppError("key-not-found", "There is no such key: it is named by its id.");
      const there = (await fromRedis(runStep(redis, steps.revokeKey(keys, { shard, key: id })))) === 1;
      known.rows.delete(id);
      if (!there) throw new AppError("key-not-found", `There is no key ${id}.`);
    },
  };
}
