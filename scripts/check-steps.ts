/** The steps of `npm run check`, each with the guard that it runs. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { codeFolders } from "./guards/arrows.mjs";
import { ROOT } from "./services/binaries.ts";
import { npmTool, pythonTool, type Step } from "./steps.ts";

/** Breaks the guards of all the others. */
export const PROOF = "guards, broken on purpose";

const IMAGES = readdirSync(join(ROOT, "infra", "images"))
  .filter((name) => name.endsWith(".Dockerfile"))
  .map((name) => `../infra/images/${name}`);

export const CHECK_STEPS: readonly Step[] = [
  // Those that take longest come first.
  { name: PROOF, command: process.execPath, args: ["scripts/prove-guards.ts"] },
  npmTool("types (pyright)", "pyright", ["--project", "gpu-node"]),
  npmTool("lint (eslint)", "eslint", ["."]),
  { name: "generated code is current", command: process.execPath, args: ["codegen/src/main.ts", "--check"] },
  {
    name: "dashboards are current",
    command: process.execPath,
    args: ["scripts/dashboards/write.ts", "--check"],
  },
  npmTool("format (prettier)", "prettier", ["--check", "--log-level=warn", "."]),
  npmTool("types (tsc)", "tsc", ["--noEmit"]),
  npmTool(
    "types of the page (svelte-check)",
    "svelte-check",
    ["--tsconfig", "./tsconfig.json", "--fail-on-warnings"],
    "ui",
  ),
  npmTool("arrows (dependency-cruiser)", "depcruise", codeFolders(ROOT)),
  npmTool("dead code (knip)", "knip", ["--treat-config-hints-as-errors"]),
  pythonTool("format (ruff)", "ruff", ["format", "--check", "."], "."),
  pythonTool("lint (ruff)", "ruff", ["check", "."], "."),
  pythonTool("dead code (vulture)", "vulture", []),
  pythonTool("arrows (import-linter)", "lint-imports", ["--no-cache"]),
  { name: "docs (links, test names, notices)", command: process.execPath, args: ["docs/check-docs.mjs"] },
  pythonTool("images (hadolint)", "hadolint", IMAGES),
  pythonTool("slow patterns", "python", ["-W", "ignore", "scripts/check_patterns.py"]),
  { name: "no hosts, no machine paths", command: process.execPath, args: ["scripts/guard.ts"] },
];
