/** Removes what the commands made: data of runs by default, everything that set-up made with `--all`. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DATA, ROOT } from "./setup/paths.mjs";

/** What set-up made: slow to make again, holds no data of anybody. */
const SET_UP = ["venv", "venv-bench", "models"];

/** @param {string[]} args `--all` removes the installed packages too */
export function clean(args) {
  const all = args.includes("--all");
  for (const name of listed(DATA)) if (all || !SET_UP.includes(name)) remove(join(DATA, name));
  if (all) {
    remove(DATA);
    remove(join(ROOT, "node_modules"));
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
