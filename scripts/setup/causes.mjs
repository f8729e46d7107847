/** Why a program of set-up failed, by what it said: causes that a person can remove. */
import { statfsSync } from "node:fs";
import { homedir } from "node:os";
import { DATA } from "./paths.mjs";

const CAUSES = [
  [
    /ENOSPC|[Nn]o space left|os error 28|[Dd]isk quota/,
    () => `The disk is full (${room()}): free some space and run this again.`,
  ],
  [
    /EROFS|[Rr]ead-only file system|EACCES|EPERM|[Pp]ermission denied|ENOTDIR|[Nn]ot a directory|os error (13|20|30)/,
    () =>
      `A folder cannot be written: packages are kept in ${homedir()} (or where npm_config_cache, PIP_CACHE_DIR and UV_CACHE_DIR say) and in this checkout.`,
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|dns error|[Nn]ame resolution|NewConnectionError|error sending request|Could not connect|[Nn]etwork is unreachable|No matching distribution found/,
    () =>
      "The package registries do not answer: set-up needs the network once; what is installed works without.",
  ],
];

/** @returns {string} one sentence and a line break, or nothing if what was said names no such cause */
export function causeOf(said) {
  const cause = CAUSES.find(([pattern]) => pattern.test(said));
  return cause ? `${cause[1]()}\n` : "";
}

function room() {
  const free = freeBytes(DATA);
  return free === undefined ? "or a limit of it" : `${Math.round(free / 1e6)} MB are free under ${DATA}`;
}

/** @returns {number | undefined} what an ordinary user may still write there */
export function freeBytes(folder) {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
