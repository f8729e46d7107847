/** Where the film is written: made sure of before the film is made. */
import { accessSync, closeSync, constants, mkdirSync, openSync, rmSync, type Stats, statSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { UsageError } from "../command-line.mjs";

/** What a folder's mount does not let be made may say so in endless ways: this many levels are looked at. */
const MOST_LEVELS = 64;

/**
 * @param path absolute
 * @param inputs files that are read: what lies beside the film must not take their place
 * @throws {UsageError} if a film could not be written there; a missing folder is made
 */
export function assertWritable(path: string, inputs: readonly string[]): void {
  if (extname(path).toLowerCase() !== ".mp4")
    throw new UsageError(
      `--out names the MP4, so ${basename(path) || path} needs the ending .mp4; with --webm a WebM lies beside it.`,
    );
  const there = statOf(path);
  if (there?.isDirectory()) throw new UsageError(`--out needs the name of a file; ${path} is a folder.`);
  if (there !== undefined && !there.isFile())
    throw new UsageError(`--out cannot be written: ${path} is no ordinary file.`);
  const over = inputs.find((input) => stem(input) === stem(path));
  if (over !== undefined)
    throw new UsageError(`--out ${basename(path)} would lay its files over ${over}: choose another name.`);
  try {
    makeFolder(dirname(path), 0);
    if (there !== undefined) accessSync(path, constants.W_OK);
    const probe = join(dirname(path), `.${process.pid}.part`);
    closeSync(openSync(probe, "wx"));
    rmSync(probe);
  } catch (error) {
    throw new UsageError(`--out ${path} cannot be written: ${reason(error)}.`);
  }
}

/** Level by level: the recursive call of Node.js never ends where a file system answers ENOENT to mkdir. */
function makeFolder(folder: string, level: number): void {
  if (level > MOST_LEVELS) throw new Error("it lies too deep");
  const there = statOf(folder);
  if (there?.isDirectory()) return;
  if (there !== undefined) throw new Error(`${folder} is no folder`);
  makeFolder(dirname(folder), level + 1);
  mkdirSync(folder);
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new UsageError(`--out ${path} cannot be written: ${reason(error)}.`);
  }
}

function stem(path: string): string {
  return path.slice(0, path.length - extname(path).length);
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "it lies on a read-only file system",
  ENOENT: "its folder cannot be made",
  ENOTDIR: "a part of its path is no folder",
  ENAMETOOLONG: "its name is too long",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ELOOP: "its links go round in circles",
};

/** Why the system did not do it, in words. */
export function reason(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}
