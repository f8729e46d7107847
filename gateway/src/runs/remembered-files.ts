/** The uploads of a run's input: those that were removed since are remembered as what they were. */
import { fileKey, type FileRecord } from "../files/file-record.ts";
import type { FileStore } from "../files/file-store.ts";
import type { OwnFiles } from "./resolve-files.ts";

export interface RememberedFiles extends Pick<FileStore, "use" | "missing"> {
  /** Ids of those that were asked for and are not there any more. */
  gone: ReadonlySet<string>;
}

/** @param input with references in place of files */
export function rememberedFiles(files: OwnFiles["files"], input: Record<string, unknown>): RememberedFiles {
  const known = new Map<string, Omit<FileRecord, "owner">>();
  const look = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const { artifact_id: file_id, key, ...reference } = value as Record<string, unknown>;
    if (typeof file_id === "string" && key === fileKey(file_id))
      known.set(file_id, { ...(reference as unknown as FileRecord), file_id, status: "complete" });
    for (const part of Object.values(value)) look(part);
  };
  look(input);
  const gone = new Set<string>();
  return {
    gone,
    missing: (owner, id) => files.missing(owner, id),
    async use(owner, id) {
      const there = await files.use(owner, id);
      const before = known.get(id);
      if (there || !before) return there;
      gone.add(id);
      return { ...before, owner };
    },
  };
}
