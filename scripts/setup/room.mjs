/** Whether the disk has room for what set-up installs. */
import { existsSync } from "node:fs";
import { freeBytes } from "./causes.mjs";
import { DATA, VENV } from "./paths.mjs";
import { SetupError } from "./shell.mjs";

/** Packages, models, and what package managers unpack on the way. */
const FRESH_BYTES = 2_500_000_000;
const UPDATE_BYTES = 300_000_000;

/** @throws {SetupError} before anything is installed */
export function assertRoom() {
  const wanted = existsSync(VENV) ? UPDATE_BYTES : FRESH_BYTES;
  const free = freeBytes(DATA);
  if (free === undefined || free >= wanted) return;
  throw new SetupError(
    `The disk of ${DATA} has ${Math.round(free / 1e6)} MB free; set-up needs about ${wanted / 1e6} MB: free some space and run this again.`,
  );
}
