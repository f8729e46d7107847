/** Writes the dashboards that Grafana reads: `npm run generate` calls it. With --check it writes nothing and tells what is stale. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { REDIS, SERVICE } from "./service-boards.ts";
import { toGrafana } from "./to-grafana.ts";
import { BOXES, RUNS } from "./work-boards.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "infra", "grafana", "dashboards");
const stale = [RUNS, BOXES, SERVICE, REDIS].flatMap((board) => {
  const file = join(FOLDER, `${board.uid}.json`);
  const text = `${JSON.stringify(toGrafana(board), null, 2)}\n`;
  return read(file) === text ? [] : [{ file, text }];
});
mkdirSync(FOLDER, { recursive: true });
for (const { file, text } of stale)
  if (process.argv.includes("--check")) console.error(`${file} is stale: npm run generate`);
  else writeFileSync(file, text);
if (stale.length > 0 && process.argv.includes("--check")) process.exitCode = 1;

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
