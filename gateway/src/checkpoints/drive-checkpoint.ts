/** Carries a run's checkpoint through a drive: out of the answer of `collect`, into the arguments of `commit`. */
import type { Checkpoint, CheckpointMetadata } from "@langchain/langgraph-checkpoint";
import type { Drive } from "@myspinbot/contracts/steps.ts";
import { toRecord } from "../redis/flat.ts";
import type { DriveCarry } from "./drive-saver.ts";
import {
  checkpointName,
  decodeValue,
  fromStoredBody,
  toStored,
  type Serde,
  type StoredCheckpoint,
} from "./layout.ts";

/** Checkpoint part of an answer: none yet (with what the run begins with), the one the driver knows, or all of it. */
export type CheckpointAnswer =
  | { kind: "none"; input: Record<string, unknown>; taken: Record<string, unknown> }
  | { kind: "same" }
  | { kind: "full"; name: string; hash: Record<string, string>; heads: string[]; blobs: string[] };

export function readCheckpointAnswer(answer: Drive[5]): CheckpointAnswer {
  if (answer[0] === "none") {
    const [input, taken] = answer.slice(1).map((text) => JSON.parse(text) as Record<string, unknown>);
    return { kind: "none", input: input!, taken: taken! };
  }
  if (answer[0] === "same") return { kind: "same" };
  const [, name, hash, heads, blobs] = answer;
  return { kind: "full", name, hash: toRecord(hash), heads, blobs };
}

export type LatestCheckpoint = { checkpoint: Checkpoint; metadata: CheckpointMetadata };

/**
 * What a run keeps is JSON, and comes back as it was. LangGraph's own serializer makes objects of data that look like
 * what it writes for them, and clients and nodes may say anything.
 */
const serde: Serde = {
  dumpsTyped: async (value) => ["json", encoder.encode(JSON.stringify(value))],
  async loadsTyped(type, data) {
    // Of LangGraph's kinds the other one is bytes, which no channel of a run has ever held.
    if (type !== "json") return data;
    return JSON.parse(typeof data === "string" ? data : decoder.decode(data)) as unknown;
  },
};
const encoder = new TextEncoder();
const decoder = new TextDecoder();

async function decodeFull(answer: CheckpointAnswer & { kind: "full" }): Promise<LatestCheckpoint> {
  const { body, present, loose } = await fromStoredBody(serde, answer.hash.body ?? "");
  const values: Record<string, unknown> = { ...loose };
  const known = new Set(present);
  for (const [i, blob] of answer.blobs.entries()) {
    // Head fields are `<namespace>|<channel>`; a run's own namespace is empty.
    const channel = (answer.heads[i * 2] ?? "").slice(1);
    if (known.has(channel)) values[channel] = await decodeValue(serde, blob);
  }
  const metadata = (await decodeValue(serde, answer.hash.metadata ?? "")) as CheckpointMetadata;
  return { checkpoint: { ...body, channel_values: values }, metadata };
}

/**
 * The carry of one drive, with the run's latest checkpoint in it unless this is its first.
 * @throws when the answer relies on a memory that is gone; the next drive is then given everything.
 */
export async function openCarry(
  answer: CheckpointAnswer,
  remembered?: LatestCheckpoint,
): Promise<DriveCarry> {
  const carry: DriveCarry = { gets: 0, puts: 0 };
  if (answer.kind === "full") carry.latest = await decodeFull(answer);
  else if (answer.kind === "same") {
    if (!remembered) throw new Error("the run's latest checkpoint was forgotten");
    carry.latest = remembered;
  }
  return carry;
}

/** What the drive put, as it is stored: only channels that changed carry a value. Null when the hub decided nothing. */
export async function storedOf(carry: DriveCarry): Promise<(StoredCheckpoint & { name: string }) | null> {
  if (!carry.put) return null;
  const { checkpoint, metadata } = carry.put;
  const before = carry.latest?.checkpoint.channel_versions ?? {};
  const fresh = (channel: string): boolean => before[channel] !== checkpoint.channel_versions[channel];
  const stored = await toStored(serde, { namespace: "", checkpoint, metadata, fresh });
  return { ...stored, name: checkpointName("", checkpoint.id) };
}
