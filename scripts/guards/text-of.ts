/** Reads files for guards that search texts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Empty for a file that was deleted but not yet committed. */
export function textOf(root: string, file: string): string {
  try {
    return readFileSync(join(root, file), "utf8");
  } catch {
    return "";
  }
}

/** The number of the line that this place is in. */
export const lineAt = (text: string, index: number): number => text.slice(0, index).split("\n").length;
