/** Files that clients bring. The object's metadata is the record; Redis holds only which there are, and until when. */
import type { FileCreate } from "@myspinbot/contracts/types.ts";
import { AppError } from "../errors/app-error.ts";
import { fromRedis } from "../errors/dependencies.ts";
import { sha256Hex } from "../graphs/digest.ts";
import { newPlainId } from "../ids.ts";
import type { CreateDigest, PassingBytes } from "../passing-bytes.ts";
import { listFiles, type FileList } from "./list-files.ts";
import { isFileId, shardOfFile } from "./file-id.ts";
import { fromMetadata, toMetadata } from "./file-metadata.ts";
import { fileKey, type FileRecord } from "./file-record.ts";
import { isKnownMedia } from "./magic.ts";
import { deleteUpload, type RemoveDeps } from "./remove-upload.ts";
import { createUploadList } from "./upload-list.ts";
import { writeUpload, type SentRecord } from "./write-upload.ts";

/** Asked before the bytes are stored. @param again whether they were before @throws what keeps them from being */
export type MayStore = (again: boolean) => Promise<void>;

export interface NewFile {
  name: string;
  mediaType: string;
  bytes: PassingBytes;
  may: MayStore;
}

export interface FileStoreDeps extends RemoveDeps {
  createDigest: CreateDigest;
}

/** For each owner there are its own files only. */
export interface FileStore {
  /** Makes the record; the bytes follow by `putContent`. */
  expect(owner: string, create: FileCreate): Promise<FileRecord>;
  /** Stores the bytes of an expected file. @throws AppError `file-not-found`, `file-gone`, `file-mismatch`. */
  putContent(
    owner: string,
    fileId: string,
    given: { bytes: PassingBytes; may: MayStore },
  ): Promise<FileRecord>;
  /** Record and bytes in one step. */
  put(owner: string, given: NewFile): Promise<FileRecord>;
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

export function createFileStore(deps: FileStoreDeps): FileStore {
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

  const write = (sent: SentRecord, bytes: PassingBytes, may: () => Promise<void>): Promise<FileRecord> =>
    writeUpload(deps, { sent, bytes }, async ({ owner, file_id, size }) => {
      await may();
      // Deleted while its bytes came.
      if ((await uploads.add(owner, file_id, size)) === "gone") throw fileNotFound(file_id);
    });

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
    async putContent(owner, fileId, { bytes, may }) {
      const record = await use(owner, fileId);
      if (!record) throw await whyMissing(deps, owner, fileId);
      if (bytes.size !== record.size)
        throw new AppError(
          "file-mismatch",
          `${record.size} bytes were announced for "${record.name}", ${bytes.size} came.`,
        );
      return write({ ...record, status: "complete" }, bytes, () => may(record.status === "complete"));
    },
    async put(owner, { name, mediaType, bytes, may }) {
      assertKnown(mediaType);
      const file_id = newPlainId("file");
      const about = { owner, name, media_type: mediaType, size: bytes.size, status: "complete" as const };
      return write({ file_id, ...about }, bytes, () => may(false));
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

function assertKnown(mediaType: string): void {
  if (isKnownMedia(mediaType)) return;
  throw new AppError("unsupported-media-type", `Files of type ${mediaType} are not read here.`);
}
