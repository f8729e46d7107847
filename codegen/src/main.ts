/** `npm run generate`: schemas become code. With `--check` nothing is written; exit 1 names the stale files. */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { HAND_WRITTEN, PY_FOLDER, TS_FOLDER, outputs } from "./outputs.ts";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const check = process.argv.includes("--check");

const wanted = await outputs(root);
const stale = [...wanted].filter(([path, text]) => read(path) !== text).map(([path]) => path);
const left = generatedFiles().filter((path) => !wanted.has(path));

if (!check) {
  for (const path of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), wanted.get(path) as string);
  }
  for (const path of left) rmSync(join(root, path));
  console.log(`${wanted.size} generated files, ${stale.length} written, ${left.length} removed.`);
} else if (stale.length || left.length) {
  console.error(
    `Stale, run \`npm run generate\`:\n${[...stale, ...left].map((path) => `  ${path}\n`).join("")}`,
  );
  process.exitCode = 1;
} else {
  console.log(`${wanted.size} generated files are current.`);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch {
    return undefined;
  }
}

/** What lies in the folders that belong to the generator, so that outputs of removed schemas do not stay. */
function generatedFiles(): string[] {
  return [TS_FOLDER, PY_FOLDER]
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)),
    )
    .filter(
      (path) =>
        !path.includes("__pycache__") && !path.includes("node_modules") && !HAND_WRITTEN.includes(path),
    );
}
