/** Removes what the commands made: data of runs by default, everything that is not the project's with `--all`. */
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "./command-line.mjs";
import { phrase, running } from "./setup/holders.mjs";
import { DATA, ROOT } from "./setup/paths.mjs";

/** What set-up made, slow to make again, and what says who cleans now. */
const KEPT = ["venv", "venv-bench", "venv-audit", "models", "running", "setup.lock"];
/** A person wrote it, or it is the data of what is used every day. */
const OWN = [".env", ".compose", ".state"];

/** Call it under the lock of set-up: nothing can start meanwhile. */
export async function clean({ all = false }) {
  const [user] = running();
  if (user) throw new UsageError(`${phrase(user)} uses this data: stop it first, then clean.`);
  for (const name of listed(DATA)) if (!KEPT.includes(name)) remove(join(DATA, name));
  if (!all) return;
  for (const path of ignored()) if (!OWN.includes(path)) remove(join(ROOT, path));
  for (const path of OWN) if (listed(ROOT).includes(path)) console.log(`keeping ${join(ROOT, path)}`);
}

/** Everything that the project's own .gitignore names; without git the two folders that hold most of it. */
function ignored() {
  const args = [
    "ls-files",
    "-z",
    "--others",
    "--ignored",
    "--exclude-per-directory=.gitignore",
    "--directory",
  ];
  try {
    const paths = execFileSync("git", args, {
      cwd: ROOT,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return paths.split("\0").filter(Boolean);
  } catch {
    return [".data", "node_modules", "codegen/node_modules"];
  }
}

function listed(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function remove(path) {
  console.log(`removing ${path}`);
  rmSync(path, { recursive: true, force: true });
}
