/** Makes a Python environment from hashed lock files. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, VENV } from "./paths.mjs";
import { findPython } from "./python-interpreter.mjs";
import { run, tryRun } from "./shell.mjs";
import { digestOf, isCurrent, writeStamp } from "./stamp.mjs";

const GPU_NODE = join(ROOT, "gpu-node");
const UV_LOCK = "requirements-uv.lock";
/**
 * What runs films: the executor, which needs nothing else where it only asks other services; what the media package
 * needs; the embedded servers; and packages that only carry model files.
 */
export const SYSTEM_LOCKS = [
  "requirements.lock",
  "requirements-media.lock",
  "requirements-services.lock",
  "requirements-models.lock",
];
/** What tests and checks need besides. */
export const ALL_LOCKS = [...SYSTEM_LOCKS, "requirements-dev.lock"];
const STAMP = ".myspinbot-stamp";
/** Published as source only; needed by a peer of the benchmarks, and by nothing that we ship. */
const BUILT = ["crontab"];

/**
 * @param {string} venv folder of the environment; the first that is made is ours
 * @param {string[]} locks names of lock files in gpu-node/; together they are all that the environment holds
 */
export async function installPythonEnvironment(venv = VENV, locks = ALL_LOCKS) {
  const isOurs = venv === VENV;
  const files = [...(isOurs ? [UV_LOCK] : []), ...locks].map((name) => join(GPU_NODE, name));
  const python = join(venv, "bin", "python");
  if (hasPythonEnvironment(venv, locks)) return;

  if (!tryRun(python, isOurs ? ["-m", "pip", "--version"] : ["--version"]) || venvMoved(venv)) {
    const base = findPython();
    console.error(`Making a Python environment with ${base} ...`);
    rmSync(venv, { recursive: true, force: true });
    await run(base, ["-m", "venv", ...(isOurs ? [] : ["--without-pip"]), venv]);
  }
  console.error("Installing Python packages ...");
  rmSync(join(venv, STAMP), { force: true });
  // Wheels only, here and below: a source package would run code of its own while it is built.
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  if (isOurs) await run(python, [...pip, "--require-hashes", "--only-binary", ":all:", "-r", files[0]]);
  // One call for all lock files: sync removes what it is not given, so uv and pip are handed over too.
  // Bytecode now, for all that the gpu-node needs: else each first start of a process compiles for seconds.
  const wheelsOnly = packagesOf(files).flatMap((name) =>
    BUILT.includes(name) ? [] : ["--only-binary", name],
  );
  const compile = locks.includes(SYSTEM_LOCKS[0]) ? ["--compile-bytecode"] : [];
  const flags = ["--quiet", "--require-hashes", ...wheelsOnly, ...compile, "--python", python];
  await run(join(VENV, "bin", "uv"), ["pip", "sync", ...flags, ...files], {
    env: { UV_PYTHON_DOWNLOADS: "never", UV_NO_CONFIG: "1", VIRTUAL_ENV: venv },
  });
  makeGpuNodeImportable(python);
  writeStamp(join(venv, STAMP), stampOf(locks));
}

/** @returns {boolean} whether the environment holds these locks' packages, or all of ours */
export function hasPythonEnvironment(venv = VENV, locks = ALL_LOCKS) {
  const current = (/** @type {string[]} */ each) => isCurrent(join(venv, STAMP), stampOf(each));
  const more = locks === SYSTEM_LOCKS ? ALL_LOCKS : locks;
  return existsSync(join(venv, "bin", "python")) && (current(locks) || current(more));
}

/** Names of all that lock files pin. */
function packagesOf(files) {
  return files.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/^([\w.-]+)(?:\[[^\]]*\])?==/gm)].map(([, name]) => name),
  );
}

function stampOf(locks) {
  return digestOf([UV_LOCK, ...locks].map((name) => join(GPU_NODE, name)));
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
