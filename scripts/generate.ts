/** `npm run generate`: schemas become code in both languages; with `--check` only says whether they have. */
import { runSteps } from "./steps.ts";

runSteps([
  {
    name: "generate",
    command: process.execPath,
    args: ["codegen/src/main.ts", ...process.argv.slice(2)],
  },
]);
