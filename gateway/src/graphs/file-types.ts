/** Which named types are artifact references, and which media types fit them. */

const MEDIA: ReadonlyMap<string, string> = new Map([
  ["Image", "image/"],
  ["Audio", "audio/"],
  ["Video", "video/"],
  ["Data", ""],
  ["Phones", "application/json"],
  ["VisemeTrack", "application/json"],
  ["Landmarks", "application/json"],
]);

/** Whether values of a named type point to bytes; a client gives them as `{"file_id": ...}` only. */
export function isFileType(type: string): boolean {
  return MEDIA.has(type);
}

export function fitsMediaType(type: string, mediaType: string): boolean {
  return mediaType.startsWith(MEDIA.get(type) ?? "\n");
}

/** For a person: `image/*`. */
export function wantedMedia(type: string): string {
  const prefix = MEDIA.get(type) ?? "";
  return prefix.endsWith("/") ? `${prefix}*` : prefix || "any media type";
}
