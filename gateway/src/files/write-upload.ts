/** Stores the bytes of an upload under its record, checked before the last of them is handed on: what is refused was never stored. */
import type { ObjectStore } from "../artifacts/object-store.ts";
import { AppError } from "../errors/app-error.ts";
import type { CreateDigest, PassingBytes, RunningDigest } from "../passing-bytes.ts";
import { typeOfBytes } from "./detect-media.ts";
import { toMetadata } from "./file-metadata.ts";
import { fileKey, type FileRecord } from "./file-record.ts";

type Part = Uint8Array<ArrayBuffer>;

export interface WriteDeps {
  store: ObjectStore;
  createDigest: CreateDigest;
}

/** A record whose digest may be known by the bytes only. */
export type SentRecord = Omit<FileRecord, "sha256"> & { sha256?: string };

/** Asked once, when all bytes are here and none can be read yet. @throws what keeps the upload from being stored */
export type Accept = (record: FileRecord) => Promise<void>;

/** @throws AppError `file-mismatch` when the bytes are not what the record says, and what `accept` throws */
export async function writeUpload(
  { store, createDigest }: WriteDeps,
  { sent, bytes }: { sent: SentRecord; bytes: PassingBytes },
  accept: Accept,
): Promise<FileRecord> {
  const mediaType = typeOfBytes(sent.media_type, bytes.head);
  if (mediaType === undefined)
    throw new AppError("file-mismatch", `The bytes of "${sent.name}" are not ${sent.media_type}.`);
  const complete = (sha256: string): FileRecord => ({ ...sent, media_type: mediaType, sha256 });
  const key = fileKey(sent.file_id);

  if (bytes.sha256 !== undefined) {
    const record = complete(bytes.sha256);
    assertDigest(record.sha256, sent.sha256);
    await accept(record);
    const { size, parts } = bytes;
    await store.putPassing(key, {
      size,
      parts,
      mediaType,
      sha256: record.sha256,
      metadata: toMetadata(record),
    });
    return record;
  }
  const digest = createDigest();
  let record = sent.sha256 === undefined ? undefined : complete(sent.sha256);
  const isKnown = record !== undefined;
  const parts = confirmed(digested(bytes.parts, digest), async () => {
    const sha256 = await digest.hex();
    assertDigest(sha256, sent.sha256);
    record = complete(sha256);
    await accept(record);
  });
  const metadata = record ? toMetadata(record) : {};
  await store.putPassing(key, { size: bytes.size, parts, mediaType, metadata });
  // Until here it was an object without a record, which is no file; whoever dies here leaves it to its timer.
  if (!isKnown) await store.describe(key, { mediaType, metadata: toMetadata(record!) });
  return record!;
}

async function* digested(parts: PassingBytes["parts"], digest: RunningDigest): AsyncGenerator<Part> {
  for await (const part of parts) {
    await digest.update(part);
    yield part;
  }
}

/** The last part waits until all is known to be well: a store keeps no object that lacks it. */
async function* confirmed(parts: AsyncIterable<Part>, confirm: () => Promise<void>): AsyncGenerator<Part> {
  let last: Part | undefined;
  for await (const part of parts) {
    // Nothing would be missing without it.
    if (part.byteLength === 0) continue;
    if (last) yield last;
    last = part;
  }
  await confirm();
  if (last) yield last;
}

function assertDigest(sha256: string, announced: string | undefined): void {
  if (announced === undefined || announced === sha256) return;
  throw new AppError("file-mismatch", `The SHA-256 of the bytes is ${sha256}, announced was ${announced}.`);
}
