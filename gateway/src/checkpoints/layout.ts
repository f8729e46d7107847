/** How a checkpoint lies in Redis: its body without values, and each channel value once per version. */
import type { ChannelVersions, Checkpoint, CheckpointMetadata } from "@langchain/langgraph-checkpoint";

/** How values become bytes: that of the saver. */
export type Serde = {
  dumpsTyped(value: unknown): Promise<[string, Uint8Array]>;
  loadsTyped(type: string, data: Uint8Array | string): Promise<unknown>;
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

/** A value as text with its type tag in front: `json|...` as it is, other types in base64. */
export async function encodeValue(serde: Serde, value: unknown): Promise<string> {
  const [type, bytes] = await serde.dumpsTyped(value);
  return type === "json" ? `json|${decoder.decode(bytes)}` : `${type}|${toBase64(bytes)}`;
}

/** The value of a text made by `encodeValue`. */
export async function decodeValue(serde: Serde, text: string): Promise<unknown> {
  const at = text.indexOf("|");
  const type = text.slice(0, at);
  const data = text.slice(at + 1);
  return serde.loadsTyped(type, type === "json" ? encoder.encode(data) : fromBase64(data));
}

/** A namespace as it stands in keys: glob characters and separators escaped. */
export function encodeNamespace(namespace: string): string {
  return encodeURIComponent(namespace).replace(/[!'()*.~]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
}

/** Name of a checkpoint within its thread; sorts by time within a namespace, because uuid6 ids do. */
export function checkpointName(namespace: string, id: string): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(id))
    throw new Error("the checkpoint id has characters that a key must not have");
  return `${encodeNamespace(namespace)}|${id}`;
}

export function parseName(name: string): { namespace: string; id: string } {
  const at = name.indexOf("|");
  return { namespace: decodeURIComponent(name.slice(0, at)), id: name.slice(at + 1) };
}

/** Hash field of one version of one channel. */
export function blobField(namespace: string, channel: string, version: ChannelVersions[string]): string {
  return `${blobChannel(namespace, channel)}|${version}`;
}

/** A channel's name in the head table of a thread: its namespace and itself. */
function blobChannel(namespace: string, channel: string): string {
  return `${encodeNamespace(namespace)}|${channel}`;
}

export interface StoredCheckpoint {
  body: string;
  metadata: string;
  /** Channels whose version is new, with their encoded values. */
  blobs: { channel: string; version: string; value: string }[];
}

/** A checkpoint to store; `fresh` tells the channels whose version is new, only they carry their value. */
export interface CheckpointToStore {
  namespace: string;
  checkpoint: Checkpoint;
  metadata: CheckpointMetadata;
  fresh: (channel: string) => boolean;
}

/** A checkpoint as stored: values by version beside it, the body names the channels that have one. */
export async function toStored(serde: Serde, item: CheckpointToStore): Promise<StoredCheckpoint> {
  const { channel_values: values, ...body } = item.checkpoint;
  const versions = item.checkpoint.channel_versions;
  const blobs: StoredCheckpoint["blobs"] = [];
  for (const [channel, version] of Object.entries(versions)) {
    if (!(channel in values) || !item.fresh(channel)) continue;
    const value = await encodeValue(serde, values[channel]);
    blobs.push({ channel: blobChannel(item.namespace, channel), version: String(version), value });
  }
  const present = Object.keys(values).filter((channel) => channel in versions);
  const loose = Object.fromEntries(Object.entries(values).filter(([channel]) => !(channel in versions)));
  return {
    body: await encodeValue(serde, { ...body, present, loose }),
    metadata: await encodeValue(serde, item.metadata),
    blobs,
  };
}

/** A stored body: `present` = the channels that have a value in the blobs, `loose` = values without a version. */
export interface StoredBody {
  body: Omit<Checkpoint, "channel_values">;
  present: string[];
  loose: Record<string, unknown>;
}

export async function fromStoredBody(serde: Serde, text: string): Promise<StoredBody> {
  const { present, loose, ...body } = (await decodeValue(serde, text)) as Checkpoint &
    Omit<StoredBody, "body">;
  return { body, present, loose };
}

/**
 * The next version of a channel: a counter that sorts as text, and a random tail, so that two branches of one thread
 * never give one version to two values.
 */
export function nextVersion(current: string | number | undefined, random: () => number): string {
  const counter = current === undefined ? 0 : Number.parseInt(String(current), 10);
  return `${String(counter + 1).padStart(10, "0")}.${random().toString(36).slice(2, 10)}`;
}
