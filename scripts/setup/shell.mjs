/** Finding and running foreign programs during set-up. */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** A reason why set-up cannot go on, in one sentence that tells the person what to do. */
export class SetupError extends Error {}

/** @returns {boolean} whether a program of that name lies on PATH */
export function isOnPath(name) {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Runs a program to its end, its output on ours.
 * @throws {SetupError} if it cannot be started or fails
 */
export function run(command, args, { env = {}, cwd } = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    // Progress of set-up is for people; standard output belongs to the command that was asked for.
    stdio: ["ignore", 2, 2],
  });
  if (error || status !== 0)
    throw new SetupError(
      `"${[command, ...args].join(" ")}" failed: ${error?.message ?? `exit status ${status}`}.`,
    );
}

/** @returns {string | undefined} standard output of a program that ended with 0, else undefined */
export function tryRun(command, args) {
  const { status, stdout } = spawnSync(command, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return status === 0 ? stdout.trim() : undefined;
}
