/** Installs other people's tools for the tests, each kind's in a place of its own: they want other versions. */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { DATA, ROOT } from "./paths.mjs";
import { installPythonEnvironment } from "./python-environment.mjs";
import { run } from "./shell.mjs";
import { digestOf, isCurrent, writeStamp } from "./stamp.mjs";

const SOURCE = join(ROOT, "e2e", "api-clients");
/** Where the tests look for them. */
const API_CLIENTS = join(DATA, "api-clients");

export async function installTestTools() {
  await Promise.all([
    installNodeTools(join(API_CLIENTS, "node")),
    installPythonEnvironment(join(API_CLIENTS, "venv"), ["../e2e/api-clients/requirements.lock"]),
    // kubectl inside a package, and the schemas of Kubernetes.
    installPythonEnvironment(join(DATA, "kubernetes", "venv"), ["../e2e/kubernetes/requirements.lock"]),
  ]);
}

async function installNodeTools(folder) {
  const files = ["package.json", "package-lock.json"].map((name) => join(SOURCE, name));
  const digest = digestOf(files);
  const stamp = join(folder, "node_modules", ".myspinbot-stamp");
  if (isCurrent(stamp, digest)) return;
  console.error("Installing API tools for the tests ...");
  mkdirSync(folder, { recursive: true });
  for (const name of ["package.json", "package-lock.json"])
    copyFileSync(join(SOURCE, name), join(folder, name));
  copyFileSync(join(ROOT, ".npmrc"), join(folder, ".npmrc"));
  await run("npm", ["ci", "--loglevel=error"], { cwd: folder });
  writeStamp(stamp, digest);
}
