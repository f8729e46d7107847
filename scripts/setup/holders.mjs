/** Who uses this checkout: the lock of set-up, and the list of running commands. Each names a live process. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DATA } from "./paths.mjs";

const LOCK = join(DATA, "setup.lock");
const RUNNING = join(DATA, "running");
const POLL_MS = 200;
/** Deciding that a holder is dead takes no longer. */
const TAKEOVER_MS = 10_000;

/**
 * @typedef {{pid: number, command: string, since: string, born: string}} Holder
 *   born: tells this process from a later one with the same id
 */

/**
 * Does something while no other command sets up or cleans this checkout; waits until then.
 * @template T
 * @param {string} command as a person would type it
 * @param {() => Promise<T>} work
 */
export async function withSetupLock(command, work) {
  const me = describe(command);
  for (let told = false; !tryTake(me); await sleep(POLL_MS)) {
    const holder = read(LOCK);
    if (holder && !isAlive(holder)) removeStale();
    else if (holder && !told) {
      console.error(`Waiting for set-up by ${phrase(holder)} ...`);
      told = true;
    }
  }
  try {
    return await work();
  } finally {
    if (read(LOCK)?.pid === process.pid) rmSync(LOCK, { force: true });
  }
}

/** Notes that a command runs here until this process ends; call it under the lock. */
export function noteRunning(command) {
  const file = join(RUNNING, `${process.pid}.json`);
  mkdirSync(RUNNING, { recursive: true });
  writeFileSync(file, JSON.stringify(describe(command)));
  process.on("exit", () => rmSync(file, { force: true }));
}

/** @returns {Holder[]} the commands that run in this checkout */
export function running() {
  return listed(RUNNING)
    .map((name) => read(join(RUNNING, name)))
    .filter((holder) => holder && holder.pid !== process.pid && isAlive(holder));
}

/** @returns {string} `"npm run demo" (process 123, since 12:00:01)` */
export function phrase({ command, pid, since }) {
  return `"${command}" (process ${pid}, since ${since})`;
}

/** A link appears whole or not at all, and only once: nobody reads a lock that is half written. */
function tryTake(me) {
  mkdirSync(DATA, { recursive: true });
  // Films, logs and everything that users gave lie here.
  chmodSync(DATA, 0o700);
  const draft = `${LOCK}.${process.pid}`;
  try {
    writeFileSync(draft, JSON.stringify(me));
    linkSync(draft, LOCK);
    return true;
  } catch (error) {
    if (error.code === "EEXIST" || error.code === "ENOENT") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** One at a time, and looked at again: else two that wait could each remove what the other has just taken. */
function removeStale() {
  const takeover = `${LOCK}.takeover`;
  try {
    mkdirSync(takeover);
  } catch {
    if (ageOf(takeover) > TAKEOVER_MS) rmSync(takeover, { recursive: true, force: true });
    return;
  }
  try {
    const holder = read(LOCK);
    if (holder && !isAlive(holder)) rmSync(LOCK, { force: true });
  } finally {
    rmdirSync(takeover);
  }
}

function describe(command) {
  return {
    pid: process.pid,
    command,
    since: new Date().toLocaleTimeString("en-GB"),
    born: bornAt(process.pid),
  };
}

function isAlive({ pid, born }) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is one, too.
    if (error.code !== "EPERM") return false;
  }
  return bornAt(pid) === born;
}

/** When a process began, in whatever words the system has for it; empty if it says nothing. */
function bornAt(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? "dead" : rest[18];
  } catch {
    if (process.platform === "linux") return "";
    return (spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).stdout ?? "").trim();
  }
}

/** @returns {Holder | undefined} nobody's, with no process, if the file makes no sense */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    return error.code === "ENOENT" ? undefined : { pid: 0, command: "?", since: "?", born: "" };
  }
}

function listed(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function ageOf(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}
