/** Files that clients bring. The object's metadata is the record; Redis holds only which there are, and until when. */
import type { FileCreate } from "@myspinbot/contracts/types.ts";
import { AppError } from "../errors/app-error.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { sha256Hex } from "../graphs/digest.ts";
import { newPlainId } from "../ids.ts";
import { listFiles, type FileList } from "./list-files.ts";
import { isFileId, shardOfFile } from "./file-id.ts";
import { fromMetadata, toMetadata } from "./file-metadata.ts";
import { fileKey, type FileRecord } from "./file-record.ts";
import { typeOfBytes } from "./detect-media.ts";
import { isKnownMedia } from "./magic.ts";
import { deleteUpload, type RemoveDeps } from "./remove-upload.ts";
import { createUploadList } from "./upload-list.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** For each owner there are its own files only. */
export interface FileStore {
  /** Makes the record; the bytes follow by `putContent`. */
  expect(owner: string, create: FileCreate): Promise<FileRecord>;
  /** Stores the bytes of an expected file. @throws AppError `file-not-found`, `file-gone`, `file-mismatch`. */
  putContent(owner: string, fileId: string, bytes: Bytes): Promise<FileRecord>;
  /** Record and bytes in one step. */
  put(owner: string, name: string, given: { mediaType: string; bytes: Bytes }): Promise<FileRecord>;
  /** The file, if its owner has it: its time begins anew, so that a run can be made that uses it. */
  use(owner: string, fileId: string): Promise<FileRecord | undefined>;
  /** A page of the owner's files, newest first. @throws AppError `invalid-request` for a cursor that is none. */
  list(owner: string, page: { limit: number; cursor?: string }): Promise<FileList>;
  /** Why its owner does not have it. */
  missing(owner: string, fileId: string): Promise<AppError>;
  /** Runs that use it already keep its bytes until their end. @throws AppError `file-not-found`, `file-gone`. */
  delete(owner: string, fileId: string): Promise<void>;
}

const NOTHING = new Uint8Array(0);

/** About a file that an address names. */
function fileNotFound(fileId: string): AppError {
  return new AppError("file-not-found", `There is no file ${fileId.slice(0, 64)}.`, { status: 404 });
}

export function createFileStore(deps: RemoveDeps): FileStore {
  const { store } = deps;
  const uploads = createUploadList(deps);
  const get = async (owner: string, fileId: string): Promise<FileRecord | undefined> => {
    if (!isFileId(fileId)) return undefined;
    const head = await store.head(fileKey(fileId));
    const record = head && fromMetadata(fileId, head);
    return record?.owner === owner ? record : undefined;
  };

  const use = async (owner: string, fileId: string): Promise<FileRecord | undefined> => {
    if (!isFileId(fileId)) return undefined;
    const listed = await uploads.use(owner, fileId);
    if (listed === "gone") return undefined;
    const record = await get(owner, fileId);
    // Brought before uploads were listed.
    if (record && listed === "unknown")
      await uploads.add(owner, fileId, record.status === "complete" ? record.size : 0);
    return record;
  };

  const write = async (sent: FileRecord, bytes: Bytes): Promise<FileRecord> => {
    const mediaType = typeOfBytes(sent.media_type, bytes);
    if (mediaType === undefined) {
      throw new AppError("file-mismatch", `The bytes of "${sent.name}" are not ${sent.media_type}.`);
    }
    const record = { ...sent, media_type: mediaType };
    // Deleted while its bytes came.
    const listed = await uploads.add(record.owner, record.file_id, record.size);
    if (listed === "gone") throw fileNotFound(record.file_id);
    await store.put(fileKey(record.file_id), {
      bytes,
      mediaType: record.media_type,
      sha256: record.sha256,
      metadata: toMetadata(record),
    });
    return record;
  };

  return {
    use,
    missing: (owner, fileId) => whyMissing(deps, owner, fileId),
    list: (owner, page) => listFiles(uploads, (fileId) => get(owner, fileId), { owner, ...page }),
    async expect(owner, create) {
      assertKnown(create.media_type);
      const record: FileRecord = { file_id: newPlainId("file"), owner, ...create, status: "expected" };
      await uploads.add(owner, record.file_id, NOTHING.byteLength);
      await store.put(fileKey(record.file_id), {
        bytes: NOTHING,
        mediaType: record.media_type,
        sha256: await sha256Hex(NOTHING),
        metadata: toMetadata(record),
      });
      return record;
    },
    async putContent(owner, fileId, bytes) {
      const record = await use(owner, fileId);
      if (!record) throw await whyMissing(deps, owner, fileId);
      await assertAnnounced(record, bytes);
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
      if (!(await use(owner, fileId))) throw await whyMissing(deps, owner, fileId);
      await deleteUpload(deps, { owner, file: fileId });
    },
  };
}

async function whyMissing(
  { redis, keys, shards }: RemoveDeps,
  owner: string,
  fileId: string,
): Promise<AppError> {
  if (!isFileId(fileId)) return fileNotFound(fileId);
  const had = await fromRedis(redis.get(keys.fileGone(shardOfFile(fileId, shards), fileId)));
  if (had !== owner) return fileNotFound(fileId);
  return new AppError("file-gone", `The file ${fileId} was kept for its time, which is over.`);
}

async function assertAnnounced(record: FileRecord, bytes: Bytes): Promise<void> {
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
}

function assertKnown(mediaType: string): void {
  if (isKnownMedia(mediaType)) return;
  throw new AppError("unsupported-media-type", `Files of type ${mediaType} are not read here.`);
}
