/** `npm run generate`: schemas become code in both languages, tables dashboards; with `--check` only says whether they have. */
import { runSteps } from "./steps.ts";

const command = process.execPath;
const rest = process.argv.slice(2);

runSteps([
  { name: "generate", command, args: ["codegen/src/main.ts", ...rest] },
  { name: "dashboards", command, args: ["scripts/dashboards/write.ts", ...rest] },
]);
