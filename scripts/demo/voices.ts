/** The names of the voices that are installed, known without starting anything. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../services/binaries.ts";
import { isOnPath } from "../setup/shell.mjs";

/** Voices whose names are in their engines' code; flite is a program that some systems have. */
const HIBARI = ["heart"];
const FLITE = ["slt", "rms", "awb"];

/** Kokoro has a file for each of its voices. */
export function installedVoices(): string[] {
  const files = readdirSync(join(ROOT, ".data", "models", "kokoro"));
  const kokoro = files.filter((name) => name.endsWith(".bin")).map((name) => name.slice(0, -".bin".length));
  return [...HIBARI, ...kokoro.sort(), ...(isOnPath("flite") ? FLITE : [])];
}
