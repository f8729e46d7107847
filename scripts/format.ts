/** `npm run format`: fixes what can be fixed. */
import { npmTool, pythonTool, runSteps } from "./steps.ts";

runSteps([
  npmTool("eslint --fix", "eslint", ["--fix", "."]),
  npmTool("prettier --write", "prettier", ["--write", "--log-level=warn", "."]),
  pythonTool("ruff check --fix", "ruff", ["check", "--fix", "."], "."),
  pythonTool("ruff format", "ruff", ["format", "."], "."),
]);
