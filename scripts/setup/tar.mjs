/** Reads tar archives, as far as npm writes them: plain files with short names. */

const BLOCK = 512;
const PLAIN_FILE = new Set(["0", "\0"]);

/**
 * @param {Buffer} archive unpacked bytes of a .tar file
 * @returns {{name: string, data: Buffer}[]} its plain files; names with their folder
 */
export function filesOf(archive) {
  const files = [];
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0;) {
    const text = (from, length) =>
      archive.toString("utf8", at + from, at + from + length).replace(/\0.*$/s, "");
    const prefix = text(345, 155);
    const name = text(0, 100);
    const size = Number.parseInt(text(124, 12), 8);
    const kind = String.fromCharCode(archive[at + 156]);
    const start = at + BLOCK;
    if (PLAIN_FILE.has(kind))
      files.push({ name: prefix ? `${prefix}/${name}` : name, data: archive.subarray(start, start + size) });
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
