/** Says what a picture is by its first bytes: its name may have any ending. */
import { closeSync, openSync, readSync } from "node:fs";

/** Media type, and what its files have at which byte. */
const BEGINNINGS: readonly (readonly [mediaType: string, at: number, bytes: string])[] = [
  ["image/jpeg", 0, "\xff\xd8\xff"],
  ["image/png", 0, "\x89PNG\r\n\x1a\n"],
  ["image/webp", 8, "WEBP"],
];
const ENOUGH = 12;

/** The media type of a file that exists and can be read; `undefined` for one that the demo does not take. */
export function pictureTypeOf(path: string): string | undefined {
  const start = Buffer.alloc(ENOUGH);
  const file = openSync(path, "r");
  try {
    readSync(file, start, 0, ENOUGH, 0);
  } finally {
    closeSync(file);
  }
  const text = start.toString("latin1");
  return BEGINNINGS.find(([, at, bytes]) => text.startsWith(bytes, at))?.[0];
}
