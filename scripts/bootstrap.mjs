/**
 * Sets up what the project's commands need, inside `node_modules` and `.data` only.
 * Built-ins only, because it runs before anything is installed, under any Node from 20 on.
 */
import { placeFonts } from "./setup/fonts.mjs";
import { placeKokoro } from "./setup/kokoro.mjs";
import { dropChangedModels, placeModels } from "./setup/models.mjs";
import { installNpmPackages } from "./setup/npm-packages.mjs";
import { buildPage } from "./setup/page.mjs";
import { assertPrerequisites } from "./setup/prerequisites.mjs";
import {
  ALL_LOCKS,
  hasPythonEnvironment,
  installPythonEnvironment,
  SYSTEM_LOCKS,
} from "./setup/python-environment.mjs";
import { findPython } from "./setup/python-interpreter.mjs";
import { assertRoom } from "./setup/room.mjs";

/**
 * @param {"all" | "system"} needs the system alone, or what tests and checks need besides
 * @throws {import("./setup/shell.mjs").SetupError} with one sentence that says what is missing
 */
export async function bootstrap(needs) {
  const locks = needs === "system" ? SYSTEM_LOCKS : ALL_LOCKS;
  assertPrerequisites();
  if (!hasPythonEnvironment(undefined, locks)) {
    // Looked for before npm works for minutes.
    findPython();
    assertRoom();
  }
  await installNpmPackages();
  await installPythonEnvironment(undefined, locks);
  dropChangedModels();
  placeModels();
  await placeFonts();
  await placeKokoro();
  await buildPage();
}
