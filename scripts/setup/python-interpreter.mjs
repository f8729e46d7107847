/** Chooses the Python interpreter from which the project's own environment is made. */
import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { SetupError, tryRun } from "./shell.mjs";

/** Answers the interpreter's real path if its version fits and it can make environments. */
const PROBE = `
import ensurepip, sys, venv
if not (3, 11) <= sys.version_info[:2] < (3, 14): sys.exit(1)
print(sys.executable)
`;

/** @returns {string[]} in order of preference; a name that exists may still fail (shims of pyenv do) */
function candidates() {
  const named = process.env.GPU_NODE_PYTHON;
  return named ? [named] : ["python3.12", ...pyenvVersions(), "python3.13", "python3.11", "python3"];
}

function pyenvVersions() {
  const folder = join(homedir(), ".pyenv", "versions");
  try {
    return ["3.12", "3.13", "3.11"].flatMap((version) =>
      readdirSync(folder)
        .filter((name) => name.startsWith(`${version}.`))
        .map((name) => join(folder, name, "bin", "python")),
    );
  } catch {
    return [];
  }
}

/** @returns {string} full path of the first interpreter that runs */
export function findPython() {
  for (const candidate of candidates()) {
    const path = tryRun(candidate, ["-c", PROBE]);
    if (path) return path;
  }
  throw new SetupError(
    process.env.GPU_NODE_PYTHON
      ? `GPU_NODE_PYTHON=${process.env.GPU_NODE_PYTHON} is not a Python 3.11, 3.12 or 3.13 with the modules venv and ensurepip.`
      : "No Python 3.11, 3.12 or 3.13 with venv was found: install one (Debian, Ubuntu: python3-venv too) or name it in GPU_NODE_PYTHON.",
  );
}
