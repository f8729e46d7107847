/**
 * A disk of its own, as small as is asked for, that a test fills: memory that is mounted where only the programs see it
 * that are started inside. Needs no rights where Linux lets users have namespaces, which many containers do not.
 */
import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Service } from "./service.ts";

interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** `/` without it: where somebody else is, is outside. */
  readonly cwd?: string;
}

export interface SmallDisk {
  /** Where it lies for programs that are started inside; an empty folder for all others. */
  readonly folder: string;
  /** The same program, started inside. */
  inside(command: Command): Command;
  /** Leaves no room. */
  fill(): void;
  /** Makes room again. */
  empty(): void;
  stop(): Promise<void>;
}

/** `$1`: size in bytes, `$2`: where. */
const MOUNT = 'mount -t tmpfs -o "size=$1" none "$2"';
const CHUNK = Buffer.alloc(1 << 16);

/** Whether this machine lets us have one. */
export function hasSmallDisks(): boolean {
  return inNamespace([`${MOUNT} && nsenter --version`, "sh", "65536", "/tmp"]).status === 0;
}

function inNamespace(script: readonly string[]) {
  return spawnSync("unshare", ["-rm", "sh", "-c", ...script], { stdio: "ignore" });
}

/** @param bytes its size, which counts in whole pages */
export async function startSmallDisk(folder: string, bytes: number): Promise<SmallDisk> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const logFile = `${folder}.log`;
  const holder = new Service({
    name: "small disk",
    command: "unshare",
    args: ["-rm", "sh", "-c", `${MOUNT} && echo mounted && exec sleep infinity`, "sh", `${bytes}`, folder],
    logFile,
    isReady: () => Promise.resolve(readFileSync(logFile, "utf8").includes("mounted")),
    readyWithinMs: 20_000,
    stopSignal: "SIGKILL",
    graceMs: 5_000,
  });
  await holder.start();
  // The folder as its holder sees it.
  const filler = join(`/proc/${holder.pid}/root`, folder, "filler");
  return {
    folder,
    inside: ({ command, args, cwd = "/" }) => ({
      command: "nsenter",
      args: [
        ...["-U", "-m", "--preserve-credentials", "-t", `${holder.pid}`, "--"],
        ...["sh", "-c", 'cd "$0" && exec "$@"', cwd, command, ...args],
      ],
    }),
    fill: () => fillUp(filler),
    empty: () => rmSync(filler, { force: true }),
    stop: () => holder.stop(),
  };
}

function fillUp(file: string): void {
  const open = openSync(file, "a");
  try {
    for (;;) writeSync(open, CHUNK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  } finally {
    closeSync(open);
  }
}
