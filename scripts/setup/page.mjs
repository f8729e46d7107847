/** Builds the page for people, and what tools need to understand its code; again when anything that goes into it has changed. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { NODE, ROOT } from "./paths.mjs";
import { run } from "./shell.mjs";
import { digestOf, isCurrent, writeStamp } from "./stamp.mjs";

const UI = join(ROOT, "ui");
/** All that the build reads: the page, the client, what is generated; packages by the lock file. */
const FOLDERS = ["ui/src", "ui/static", "client/src", "codegen/generated/ts"];
const FILES = ["ui/package.json", "ui/vite.config.ts", "ui/tsconfig.json", "package-lock.json"];
/** Made with the build and lost with the packages; without it no tool knows the types of the page's framework. */
const TYPES = join(UI, "node_modules", "$app", "tsconfig.json");

export async function buildPage() {
  const stamp = join(UI, "build", ".myspinbot-stamp");
  const digest = digestOf([...FOLDERS.flatMap(filesIn), ...FILES.map((file) => join(ROOT, file))]);
  if (isCurrent(stamp, digest) && existsSync(TYPES)) return;
  console.error("Building the page ...");
  await run(NODE, [join(ROOT, "node_modules", "vite", "bin", "vite.js"), "build", "--logLevel", "warn"], {
    cwd: UI,
  });
  writeStamp(stamp, digest);
}

function filesIn(folder) {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
