/**
 * `npm run sheet -- film.mp4 [sheet.png]`: telling frames of a talking head side by side (rest, widest,
 * rounded, teeth, closed, blink, turned, end), to be looked at. Without a second path beside the film.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readCommandLine } from "./command-line.mjs";
import { fromCaller } from "./caller.ts";
import { ROOT, VENV } from "./services/binaries.ts";
import { runStep } from "./steps.ts";

const [film = "", sheet] = readCommandLine("sheet", process.argv.slice(2)).words;
const path = fromCaller(film);
if (!existsSync(path)) {
  console.error(`${path} does not exist.`);
  process.exit(2);
}
process.exitCode = runStep({
  name: "sheet",
  command: join(VENV, "bin", "python"),
  args: [
    join(ROOT, "gpu-node", "scripts", "contact_sheet.py"),
    path,
    sheet === undefined ? path.replace(/\.[^./]+$/, "") + ".sheet.png" : fromCaller(sheet),
    join(ROOT, ".data", "models"),
  ],
});
