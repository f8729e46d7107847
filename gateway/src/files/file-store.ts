/** Files that clients bring. The object's metadata is the record, so nothing about them is kept in Redis. */
import type { FileCreate } from "@myspinbot/contracts/types.ts";
import { AppError } from "../errors/app-error.ts";
import { sha256Hex } from "../graphs/digest.ts";
import { newPlainId } from "../ids.ts";
import type { ObjectStore } from "../artifacts/object-store.ts";
import { fromMetadata, toMetadata } from "./file-metadata.ts";
import type { FileRecord } from "./file-record.ts";
import { typeOfBytes } from "./detect-media.ts";
import { isKnownMedia } from "./magic.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** For each owner there are its own files only. */
export interface FileStore {
  /** Makes the record; the bytes follow by `putContent`. */
  expect(owner: string, create: FileCreate): Promise<FileRecord>;
  /** Stores the bytes of an expected file. @throws AppError `file-not-found`, `file-mismatch`. */
  putContent(owner: string, fileId: string, bytes: Bytes): Promise<FileRecord>;
  /** Record and bytes in one step. */
  put(owner: string, name: string, given: { mediaType: string; bytes: Bytes }): Promise<FileRecord>;
  get(owner: string, fileId: string): Promise<FileRecord | undefined>;
  delete(owner: string, fileId: string): Promise<void>;
}

const FILE_ID = /^file_[0-9A-HJKMNP-TV-Z]{26}$/;
const NOTHING = new Uint8Array(0);

/** Where the bytes of a file lie. */
export function fileKey(fileId: string): string {
  return `files/${fileId}`;
}

/** About a file that an address names. */
export function fileNotFound(fileId: string): AppError {
  return new AppError("file-not-found", `There is no file ${fileId.slice(0, 64)}.`, { status: 404 });
}

export function createFileStore(store: ObjectStore): FileStore {
  const get = async (owner: string, fileId: string): Promise<FileRecord | undefined> => {
    if (!FILE_ID.test(fileId)) return undefined;
    const head = await store.head(fileKey(fileId));
    const record = head && fromMetadata(fileId, head);
    return record?.owner === owner ? record : undefined;
  };

  const write = async (sent: FileRecord, bytes: Bytes): Promise<FileRecord> => {
    const mediaType = typeOfBytes(sent.media_type, bytes);
    if (mediaType === undefined) {
      throw new AppError("file-mismatch", `The bytes of "${sent.name}" are not ${sent.media_type}.`);
    }
    const record = { ...sent, media_type: mediaType };
    await store.put(fileKey(record.file_id), {
      bytes,
      mediaType: record.media_type,
      sha256: record.sha256,
      metadata: toMetadata(record),
    });
    return record;
  };

  return {
    get,
    async expect(owner, create) {
      assertKnown(create.media_type);
      const record: FileRecord = { file_id: newPlainId("file"), owner, ...create, status: "expected" };
      await store.put(fileKey(record.file_id), {
        bytes: NOTHING,
        mediaType: record.media_type,
        sha256: await sha256Hex(NOTHING),
        metadata: toMetadata(record),
      });
      return record;
    },
    async putContent(owner, fileId, bytes) {
      const record = await get(owner, fileId);
      if (!record) throw fileNotFound(fileId);
      if (bytes.byteLength !== record.size) {
        throw new AppError(
          "file-mismatch",
          `${record.size} bytes were announced for "${record.name}", ${bytes.byteLength} came.`,
        );
      }
      const sha256 = await sha256Hex(bytes);
      if (sha256 !== record.sha256) {
        throw new AppError(
          "file-mismatch",
          `The SHA-256 of the bytes is ${sha256}, announced was ${record.sha256}.`,
        );
      }
      return write({ ...record, status: "complete" }, bytes);
    },
    async put(owner, name, { mediaType, bytes }) {
      assertKnown(mediaType);
      return write(
        {
          file_id: newPlainId("file"),
          owner,
          name,
          media_type: mediaType,
          size: bytes.byteLength,
          sha256: await sha256Hex(bytes),
          status: "complete",
        },
        bytes,
      );
    },
    async delete(owner, fileId) {
      if (!(await get(owner, fileId))) throw fileNotFound(fileId);
      await store.delete(fileKey(fileId));
    },
  };
}

function assertKnown(mediaType: string): void {
  if (isKnownMedia(mediaType)) return;
  throw new AppError("unsupported-media-type", `Files of type ${mediaType} are not read here.`);
}
