/** The folders in which one's own node types lie, as the services' variables name them. */
import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** @param paths files and folders, several with commas, relative to `root`; of a file, because its siblings are part of it, the folder. */
export function extensionFolders(paths: string, root: string): string[] {
  const folders = paths
    .split(",")
    .map((path) => path.trim())
    .filter((path) => path !== "")
    .map((path) => resolve(root, path))
    .map((path) => (statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : dirname(path)));
  return [...new Set(folders)];
}
