/** Dead letters: entries of mail and reports that nobody could read. Listed, looked at, and put back. */
import type { Keys } from "@myspinbot/contracts/keys.ts";
import { steps } from "@myspinbot/contracts/steps.ts";
import type { DeadLetter, DeadLetterPage } from "@myspinbot/contracts/types.ts";
import { toTimestamp } from "../clock.ts";
import { AppError } from "../errors/app-error.ts";
import { fromRedis } from "../errors/dependencies.ts";
import type { Redis } from "../redis/client.ts";
import { readCursor, toCursor } from "../redis/cursor.ts";
import { toRecord } from "../redis/flat.ts";
import { runStep } from "../redis/scripts.ts";

export interface DeadLetterDeps {
  redis: Redis;
  keys: Keys;
  shards: readonly string[];
}

/** Where a letter lies: its shard, and its entry there. */
interface Place {
  shard: string;
  at: number;
  n: bigint;
}

const ID = /^dead_(s\d{1,4})_(\d{1,15})-(\d{1,20})$/;
/** Of the numbers in a stream's ids. */
const LARGEST = 2n ** 64n - 1n;
const FIELD = "field:";

/** Newest first; of the same millisecond by shard, then by number. */
export async function listDeadLetters(
  { redis, keys, shards }: DeadLetterDeps,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<DeadLetterPage> {
  const after = cursor === undefined ? undefined : placeOf(readCursor(cursor, (id) => ID.test(id)).id);
  const lists = await fromRedis(
    Promise.all(
      shards.map(async (shard) => {
        const before = after ? startOf(shard, after) : "+";
        const rows = await runStep(redis, steps.deadLetters(keys, { shard, before, atMost: limit + 1 }));
        return rows.map(([entry, source, reason]) => ({
          place: placeOf(idOf(shard, entry))!,
          source,
          reason,
        }));
      }),
    ),
  );
  const sorted = lists.flat().sort((a, b) => compare(a.place, b.place));
  const page = sorted.slice(0, limit);
  const last = page.at(-1);
  return {
    dead_letters: page.map(({ place, source, reason }) => ({ ...headOf(place), source, reason })),
    ...(last && sorted.length > limit
      ? { next_cursor: toCursor({ at: last.place.at, id: headOf(last.place).dead_letter_id }) }
      : {}),
  };
}

/** @throws AppError `dead-letter-not-found`. */
export async function readDeadLetter(deps: DeadLetterDeps, id: string): Promise<DeadLetter> {
  const place = assertPlace(deps, id);
  const entry = entryOf(place);
  const [row] = await fromRedis(deps.redis.xrange(deps.keys.dead(place.shard), entry, entry));
  if (!row) throw notFound(id);
  const { source = "", reason = "", ...rest } = toRecord(row[1]);
  const said = Object.entries(rest).filter(([name]) => name.startsWith(FIELD));
  const fields = Object.fromEntries(said.map(([name, text]) => [name.slice(FIELD.length), text]));
  return { ...headOf(place), source, reason, fields };
}

/** @throws AppError `dead-letter-not-found`, also when it was put back before; `dead-letter-unusable`. */
export async function redriveDeadLetter(deps: DeadLetterDeps, id: string): Promise<void> {
  const { redis, keys } = deps;
  const { source } = await readDeadLetter(deps, id);
  const place = assertPlace(deps, id);
  const { shard } = place;
  const sourceStream = source === "mail" ? keys.mail(shard) : keys.poolReports(shard, source);
  const letter = { shard, sourceStream, letter: entryOf(place) };
  const answer = await fromRedis(runStep(redis, steps.redrive(keys, letter)));
  if (answer === "gone") throw notFound(id);
  if (answer === "cut") throw unusable("It was too large to be kept whole.");
  if (answer === "broken")
    throw unusable(`The stream that it came from, of ${source}, takes nothing any more.`);
}

function idOf(shard: string, entry: string): string {
  return `dead_${shard}_${entry}`;
}

function entryOf({ at, n }: Place): string {
  return `${at}-${n}`;
}

function headOf(place: Place): Pick<DeadLetter, "dead_letter_id" | "at"> {
  return { dead_letter_id: idOf(place.shard, entryOf(place)), at: toTimestamp(place.at) };
}

function placeOf(id: string): Place | undefined {
  const [, shard, at, n] = ID.exec(id) ?? [];
  return shard && at && n && BigInt(n) <= LARGEST ? { shard, at: Number(at), n: BigInt(n) } : undefined;
}

function assertPlace({ shards }: DeadLetterDeps, id: string): Place {
  const place = placeOf(id);
  if (!place || !shards.includes(place.shard)) throw notFound(id);
  return place;
}

/** Where a shard's list goes on after a letter that may be another shard's. */
function startOf(shard: string, after: Place): string {
  if (shard === after.shard) return `(${entryOf(after)}`;
  return shard > after.shard ? String(after.at) : `(${after.at}-0`;
}

function compare(a: Place, b: Place): number {
  if (a.at !== b.at) return b.at - a.at;
  if (a.shard !== b.shard) return a.shard < b.shard ? -1 : 1;
  return a.n > b.n ? -1 : 1;
}

function notFound(id: string): AppError {
  return new AppError("dead-letter-not-found", `There is no dead letter ${id.slice(0, 64)}.`);
}

function unusable(why: string): AppError {
  return new AppError("dead-letter-unusable", why);
}
