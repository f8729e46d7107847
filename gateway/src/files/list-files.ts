/** Lists an owner's files: which there are is known by Redis, what they are by the store. */
import { toTimestamp } from "../clock.ts";
import { readCursor, toCursor } from "../redis/cursor.ts";
import { isFileId } from "./file-id.ts";
import type { FileRecord } from "./file-record.ts";
import type { UploadList } from "./upload-list.ts";

export interface FileList {
  files: (FileRecord & { created_at: string })[];
  next_cursor?: string;
}

/** @throws AppError `invalid-request` for a cursor that is none of ours. */
export async function listFiles(
  uploads: Pick<UploadList, "page">,
  get: (fileId: string) => Promise<FileRecord | undefined>,
  { owner, limit, cursor }: { owner: string; limit: number; cursor?: string },
): Promise<FileList> {
  const after = cursor === undefined ? undefined : readCursor(cursor, isFileId);
  const places = await uploads.page(owner, after, limit);
  const records = await Promise.all(places.map(({ id }) => get(id)));
  const files = records.flatMap((record, index) =>
    record ? [{ ...record, created_at: toTimestamp(places[index]!.at) }] : [],
  );
  const last = places.length === limit ? places.at(-1) : undefined;
  return { files, ...(last ? { next_cursor: toCursor(last) } : {}) };
}
