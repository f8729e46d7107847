/** Makes the gateway's ids. They name their shard and are otherwise random. */
import { ulid } from "ulid";

/** A run, task or artifact id of a shard, e.g. `run_s0_01J...`. */
export function newId(kind: "run" | "task" | "art", shard: string): string {
  return `${kind}_${shard}_${ulid()}`;
}

/** An id without a shard: uploaded files, requests, executors, drive tokens. */
export function newPlainId(kind: "file" | "req" | "exec" | "driver" | "drive" | "commit"): string {
  return `${kind}_${ulid()}`;
}
