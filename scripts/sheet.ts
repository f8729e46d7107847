/**
 * `npm run sheet -- film.mp4 [sheet.png]`: telling frames of a talking head side by side (rest, widest,
 * rounded, teeth, closed, blink, turned, end), to be looked at. Without a second path beside the film.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { ROOT, VENV } from "./services/binaries.ts";
import { runStep } from "./steps.ts";

const [film, sheet] = process.argv.slice(2);
if (film === undefined || !existsSync(film)) {
  console.error(
    film === undefined ? "usage: npm run sheet -- film.mp4 [sheet.png]" : `${film}: no such file`,
  );
  process.exit(2);
}
process.exitCode = runStep({
  name: "sheet",
  command: join(VENV, "bin", "python"),
  args: [
    join(ROOT, "gpu-node", "scripts", "contact_sheet.py"),
    resolve(film),
    resolve(sheet ?? film.replace(/\.[^.]+$/, "") + ".sheet.png"),
    join(ROOT, ".data", "models"),
  ],
});
