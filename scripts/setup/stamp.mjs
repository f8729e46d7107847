/** Remembers what a set-up step was made from, so that an unchanged step costs a few file reads. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { ROOT } from "./paths.mjs";

/**
 * @param {string[]} files whose bytes decide whether the step must run again
 * @returns {string} hex digest over the files, this machine's platform and the checkout's place
 *   (virtual environments hold absolute paths)
 */
export function digestOf(files) {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}\0${ROOT}`);
  for (const file of files) hash.update("\0").update(readFileSync(file));
  return hash.digest("hex");
}

/** A stamp lies inside the thing that it describes: deleting one deletes the other. */
export function isCurrent(stampFile, digest) {
  try {
    return readFileSync(stampFile, "utf8") === digest;
  } catch {
    return false;
  }
}

export function writeStamp(stampFile, digest) {
  writeFileSync(stampFile, digest);
}
