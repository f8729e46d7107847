/**
 * Sets up everything that the project's commands need, inside `node_modules` and `.data` only.
 * Built-ins only, because it runs before anything is installed, under any Node from 20 on.
 */
import { mkdirSync } from "node:fs";
import { placeFonts } from "./setup/fonts.mjs";
import { placeKokoro } from "./setup/kokoro.mjs";
import { placeModels } from "./setup/models.mjs";
import { installNpmPackages } from "./setup/npm-packages.mjs";
import { DATA } from "./setup/paths.mjs";
import { assertPrerequisites } from "./setup/prerequisites.mjs";
import { installPythonEnvironment } from "./setup/python-environment.mjs";

/** @throws {import("./setup/shell.mjs").SetupError} with one sentence that says what is missing */
export function bootstrap() {
  assertPrerequisites();
  mkdirSync(DATA, { recursive: true });
  installNpmPackages();
  installPythonEnvironment();
  placeModels();
  placeFonts();
  placeKokoro();
}
