/** Writes a file's record into object metadata and reads it back. Metadata is ASCII, names are not. */
import type { ObjectHead } from "../artifacts/object-store.ts";
import { ownerOf } from "../owner.ts";
import type { FileRecord } from "./file-record.ts";

export function toMetadata(record: FileRecord): Record<string, string> {
  return {
    owner: record.owner,
    name: toBase64Url(record.name),
    sha256: record.sha256,
    size: String(record.size),
    status: record.status,
  };
}

/** Undefined for an object that is no file of ours. */
export function fromMetadata(fileId: string, head: ObjectHead): FileRecord | undefined {
  const { owner, name, sha256, size, status } = head.metadata;
  if (
    name === undefined ||
    sha256 === undefined ||
    size === undefined ||
    (status !== "expected" && status !== "complete")
  )
    return undefined;
  return {
    file_id: fileId,
    owner: ownerOf(owner),
    name: fromBase64Url(name),
    media_type: head.mediaType,
    size: Number(size),
    sha256,
    status,
  };
}

function toBase64Url(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

function fromBase64Url(text: string): string {
  const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
}
