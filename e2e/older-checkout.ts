/** An older version of this repository beside ours, out of git, that runs with the packages that are installed here. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readlinkSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "@myspinbot/services/binaries.ts";

const git = (...args: string[]): Buffer =>
  execFileSync("git", args, { cwd: ROOT, maxBuffer: 1 << 29, stdio: ["ignore", "pipe", "ignore"] });

/** @returns the commit that `name` names, the one before ours by default; undefined without a history */
export function olderCommit(name = process.env.E2E_OLDER ?? "HEAD~1"): string | undefined {
  try {
    return git("rev-parse", "--verify", `${name}^{commit}`).toString().trim();
  } catch {
    return undefined;
  }
}

/** Packages are ours, but for those that are parts of the repository: these are its own. */
export function checkOut(commit: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-x", "-C", folder], { input: git("archive", commit) });
  const ours = join(ROOT, "node_modules");
  const theirs = join(folder, "node_modules");
  mkdirSync(join(theirs, "@myspinbot"), { recursive: true });
  for (const name of readdirSync(ours)) {
    if (name !== "@myspinbot") symlinkSync(join(ours, name), join(theirs, name));
  }
  for (const name of readdirSync(join(ours, "@myspinbot"))) {
    // Relative, so it leads to the same place in the other checkout.
    symlinkSync(readlinkSync(join(ours, "@myspinbot", name)), join(theirs, "@myspinbot", name));
  }
}
