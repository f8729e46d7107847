/** Finding and running foreign programs during set-up; they end with this process, however it ends. */
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { causeOf } from "./causes.mjs";

/** A reason why set-up cannot go on, in one sentence that tells the person what to do. */
export class SetupError extends Error {}

/** Begins when it is told that it is guarded; does nothing if whoever would tell it is gone. */
const GATED = 'read -r _ <&3 || exit 1; exec "$@" 3<&-';

/** What a program said last is enough to see why it failed. */
const TAIL = 8_000;

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
 * Runs a program to its end. It leads a process group, which dies whole with Ctrl-C, with any other end of
 * this process, and with the program itself.
 * @throws {SetupError} if it cannot be started or fails: our sentence first, then what it said
 */
export async function run(command, args, { env = {}, cwd } = {}) {
  const child = spawn("sh", ["-c", GATED, "sh", command, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    detached: true,
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data) => (said = `${said}${data}`.slice(-TAIL)));
  const end = new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    // What it has left behind would go on, and keep its output open.
    child.once("exit", () => killGroup(child.pid));
    child.once("close", (code, signal) => resolve(signal ?? (code === 0 ? "" : `exit status ${code}`)));
  });
  const release = child.pid === undefined ? () => undefined : tie(child.pid, end);
  child.stdio[3]?.on("error", () => undefined).end("\n");
  const failure = await end;
  release();
  if (failure === "") return;
  const line = [command, ...args].join(" ");
  throw new SetupError(`${causeOf(said)}"${line}" failed: ${failure}.${said ? `\n\n${said.trimEnd()}` : ""}`);
}

/** Kills the group of `pid` when this process gets a signal to end, or is gone; returns what undoes that. */
function tie(pid, end) {
  const guard = spawn("sh", ["-c", `read -r _; kill -9 -${pid}`], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  const stop = async () => {
    killGroup(pid);
    await end;
    process.exit(130);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, stop);
  return () => {
    for (const signal of signals) process.off(signal, stop);
    guard.kill("SIGKILL");
  };
}

function killGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left.
  }
}

/** @returns {string | undefined} standard output of a program that ended with 0, else undefined */
export function tryRun(command, args) {
  const { status, stdout } = spawnSync(command, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return status === 0 ? stdout.trim() : undefined;
}
