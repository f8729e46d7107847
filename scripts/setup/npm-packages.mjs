/** Installs the npm packages, Node 24 among them, exactly as the lock file says. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { NODE, ROOT } from "./paths.mjs";
import { run, SetupError } from "./shell.mjs";
import { digestOf, isCurrent, writeStamp } from "./stamp.mjs";

export async function installNpmPackages() {
  const { workspaces } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const manifests = ["", ...workspaces].map((folder) => join(ROOT, folder, "package.json"));
  const digest = digestOf([join(ROOT, "package-lock.json"), join(ROOT, ".npmrc"), ...manifests]);
  const stamp = join(ROOT, "node_modules", ".myspinbot-stamp");
  if (isCurrent(stamp, digest)) return;
  console.error("Installing npm packages ...");
  await run("npm", ["ci", "--loglevel=error"], { cwd: ROOT });
  if (!existsSync(NODE))
    throw new SetupError(
      `npm left out the optional package with Node for ${process.platform}-${process.arch}: run "npm ci --include=optional".`,
    );
  writeStamp(stamp, digest);
}
