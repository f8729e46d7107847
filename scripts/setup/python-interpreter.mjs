/** Chooses the Python interpreter from which the project's own environment is made. */
import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { SetupError, tryRun } from "./shell.mjs";

/** Answers version, path and whether it can make environments: what is missing is said to the person. */
const PROBE = `
import sys
try:
    import ensurepip, venv
    able = "venv"
except ImportError:
    able = "no venv"
print("%d.%d.%d" % sys.version_info[:3], able, sys.executable, sep="|")
`;
const FITTING = /^3\.1[123]\./;

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

/**
 * @returns {string} full path of the first interpreter that runs
 * @throws {SetupError} that names what was found instead
 */
export function findPython() {
  const found = [];
  for (const candidate of candidates()) {
    const [version, able, path] = (tryRun(candidate, ["-c", PROBE]) ?? "").split("|");
    if (path === undefined) continue;
    if (FITTING.test(version) && able === "venv") return path;
    found.push(`${path} is ${version}${able === "venv" ? "" : " without venv"}`);
  }
  const named = process.env.GPU_NODE_PYTHON;
  const seen = found.length > 0 ? found.join(", ") : named ? `${named} does not run` : "there is no python3";
  throw new SetupError(
    `MySpinBot needs Python 3.11, 3.12 or 3.13 with venv, but ${seen}: install one (Debian, Ubuntu: python3-venv too) or name it in GPU_NODE_PYTHON.`,
  );
}
