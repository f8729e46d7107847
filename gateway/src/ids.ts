/** Makes the gateway's ids. They name their shard and are otherwise random. */
import { encodeTime, TIME_LEN } from "ulid";

const CHARACTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const PAIRS = Array.from(CHARACTERS, (first) => Array.from(CHARACTERS, (second) => first + second)).flat();
const RANDOM_PAIRS = 8;

/** For a pair of characters each: asks the system for many at once. ulid alone asks per character, 31 us an id. */
const pool = new Uint16Array(2048);
let used = pool.length;
let latest = { ms: -1, text: "" };

/** As ulid makes it: the time in ten characters, and sixteen by chance. */
function ulid(): string {
  const ms = Date.now();
  if (ms !== latest.ms) latest = { ms, text: encodeTime(ms, TIME_LEN) };
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  let text = latest.text;
  for (const end = used + RANDOM_PAIRS; used < end; used += 1) text += PAIRS[pool[used]! % PAIRS.length]!;
  return text;
}

/** A run, task or artifact id of a shard, e.g. `run_s0_01J...`. */
export function newId(kind: "run" | "task" | "art" | "dlv", shard: string): string {
  return `${kind}_${shard}_${ulid()}`;
}

type PlainKind =
  "file" | "req" | "exec" | "driver" | "drive" | "commit" | "answer" | "hook" | "deliverer" | "call" | "key";

/** An id without a shard: uploaded files, requests, executors, drive tokens, webhooks. */
export function newPlainId(kind: PlainKind): string {
  return `${kind}_${ulid()}`;
}

/** What a run says in place of an error that is for the log alone; both name it. */
export function newErrorId(): string {
  return ulid();
}

/** A key of 256 bits that signs webhooks, as Standard Webhooks writes it. */
export function newSigningSecret(): string {
  return `whsec_${btoa(String.fromCharCode(...randomBytes(32)))}`;
}

/** For secrets. */
export function randomBytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}
