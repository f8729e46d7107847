/** Which named types are artifact references or hold some, and which media types fit them. */
import { FILE_PARTS, FILE_TYPES } from "@myspinbot/contracts/node-types.ts";

/** Whether values of a named type point to bytes; a client gives them as `{"file_id": ...}` only. */
export function isFileType(type: string): boolean {
  return FILE_TYPES.has(type);
}

/** The fields of a named type's values that are references. */
export function filePartsOf(type: string): { field: string; type: string; given_as: string }[] {
  return Object.entries(FILE_PARTS.get(type) ?? {}).map(([field, part]) => ({ field, ...part }));
}

export function fitsMediaType(type: string, mediaType: string): boolean {
  return mediaType.startsWith(FILE_TYPES.get(type) ?? "\n");
}

/** For a person: `image/*`. */
export function wantedMedia(type: string): string {
  const prefix = FILE_TYPES.get(type) ?? "";
  return prefix.endsWith("/") ? `${prefix}*` : prefix || "any media type";
}
