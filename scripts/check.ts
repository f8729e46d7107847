/** `npm run check`: says whether everything is as it should be, in both languages; changes nothing. */
import { codeFolders } from "./guards/arrows.mjs";
import { ROOT } from "./services/binaries.ts";
import { npmTool, pythonTool, runSteps } from "./steps.ts";

runSteps([
  { name: "generated code is current", command: process.execPath, args: ["codegen/src/main.ts", "--check"] },
  npmTool("format (prettier)", "prettier", ["--check", "--log-level=warn", "."]),
  npmTool("lint (eslint)", "eslint", ["."]),
  npmTool("types (tsc)", "tsc", ["--noEmit"]),
  npmTool("arrows (dependency-cruiser)", "depcruise", codeFolders(ROOT)),
  npmTool("dead code (knip)", "knip", []),
  pythonTool("format (ruff)", "ruff", ["format", "--check", "."]),
  pythonTool("lint (ruff)", "ruff", ["check", "."]),
  npmTool("types (pyright)", "pyright", ["--project", "gpu-node"]),
  pythonTool("arrows (import-linter)", "lint-imports", ["--no-cache"]),
  { name: "docs (links, test names, notices)", command: process.execPath, args: ["docs/check-docs.mjs"] },
  { name: "guards, broken on purpose", command: process.execPath, args: ["scripts/prove-guards.ts"] },
  { name: "no hosts, no machine paths", command: process.execPath, args: ["scripts/guard.ts"] },
]);
