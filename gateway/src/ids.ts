/** Makes the gateway's ids. They name their shard and are otherwise random. */
import { ulid } from "ulid";

/** A byte has the five bits of a character, and more than those are not asked for. */
const pool = new Uint8Array(4096);
let used = pool.length;

/** From 0 to below 1, for a choice among 32. Asks the system for many at once: ulid alone asks per character, 31 us an id. */
function random(): number {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  const value = pool[used] ?? 0;
  used += 1;
  return value / 256;
}

/** A run, task or artifact id of a shard, e.g. `run_s0_01J...`. */
export function newId(kind: "run" | "task" | "art" | "dlv", shard: string): string {
  return `${kind}_${shard}_${ulid(undefined, random)}`;
}

type PlainKind =
  "file" | "req" | "exec" | "driver" | "drive" | "commit" | "answer" | "hook" | "deliverer" | "call" | "key";

/** An id without a shard: uploaded files, requests, executors, drive tokens, webhooks. */
export function newPlainId(kind: PlainKind): string {
  return `${kind}_${ulid(undefined, random)}`;
}

/** What a run says in place of an error that is for the log alone; both name it. */
export function newErrorId(): string {
  return ulid(undefined, random);
}

/** A key of 256 bits that signs webhooks, as Standard Webhooks writes it. */
export function newSigningSecret(): string {
  return `whsec_${btoa(String.fromCharCode(...randomBytes(32)))}`;
}

/** For secrets. */
export function randomBytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}
