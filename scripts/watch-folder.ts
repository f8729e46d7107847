/**
 * Says what changes in a folder and below it. Each folder is watched for itself: the recursive watch of Node.js on Linux
 * loses a file that an editor replaces by renaming another over it.
 */
import { type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { join } from "node:path";

const NOT_CODE = /^(__pycache__|node_modules|packages|\.git)$/;

/** @param changed gets the path of what changed; @returns ends the watch */
export function watchFolder(folder: string, changed: (path: string) => void): () => void {
  const watchers = new Map<string, FSWatcher>();
  const leave = (dir: string): void => {
    watchers.get(dir)?.close();
    watchers.delete(dir);
  };
  const enter = (dir: string): void => {
    leave(dir);
    const watcher = watch(dir, (_, name) => {
      if (name === null || NOT_CODE.test(name)) return;
      const path = join(dir, name);
      if (isFolder(path)) enterIfThere(path);
      else leave(path);
      changed(path);
    });
    watcher.on("error", () => leave(dir));
    watchers.set(dir, watcher);
    for (const entry of readdirSync(dir, { withFileTypes: true }))
      if (entry.isDirectory() && !NOT_CODE.test(entry.name)) enter(join(dir, entry.name));
  };
  /** It may be gone again. */
  const enterIfThere = (dir: string): void => {
    try {
      enter(dir);
    } catch {
      leave(dir);
    }
  };
  enter(folder);
  return () => {
    for (const dir of [...watchers.keys()]) leave(dir);
  };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
