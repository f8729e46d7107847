/** Finds statuses that are misspelt where no compiler knows them: in Lua and in Python. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { lineAt, textOf } from "./text-of.ts";

const CODE = /^(schemas\/redis\/.*\.lua|gpu-node\/(src|tests)\/.*\.py|bench\/.*\.py|e2e\/.*\.py)$/;
const NOT_OURS = /^(gpu-node\/src\/gpu_node\/contracts|e2e\/api-clients)\//;

/** Of a process that is asked how it is. */
const OTHERS = new Set(["ready"]);

/** Compared with a status, or put into one. */
const NAME = "(?<![\\w-])(?:run_?|node_?)?status";
const SAID = [
  new RegExp(`${NAME}\\b["']?\\]?(?:\\s*(?:==|~=|!=|=|:)\\s*)["'](\\w+)["']`, "g"),
  /\bHSET\b[^)]*'status', '(\w+)'/g,
  /\bset_status\([^)]*['"](\w+)['"]\s*\)/g,
];

/** @param files paths inside the repository. @returns `<file>:<line> says canceld`, for each that nothing has */
export function misspeltStatuses(root: string, files: readonly string[]): string[] {
  const known = knownStatuses(root);
  return files
    .filter((file) => CODE.test(file) && !NOT_OURS.test(file))
    .flatMap((file) => {
      const text = textOf(root, file);
      return SAID.flatMap((pattern) => [...text.matchAll(pattern)])
        .filter(([, said]) => !known.has(said!) && !OTHERS.has(said!))
        .map(
          ({ index, 1: said }) =>
            `${file}:${lineAt(text, index)} says ${said}, which is the status of nothing`,
        );
    });
}

/** What the contract lists wherever something has a status. */
function knownStatuses(root: string): Set<string> {
  const wire = JSON.parse(readFileSync(join(root, "schemas/wire.json"), "utf8")) as Record<string, unknown>;
  const known = new Set(["runStatuses", "nodeStatuses"].flatMap((name) => wire[name] as string[]));
  const learn = (value: unknown, isStatus: boolean): void => {
    if (typeof value === "string" && isStatus) known.add(value);
    if (typeof value !== "object" || value === null) return;
    for (const [name, each] of Object.entries(value))
      learn(
        each,
        name === "status" || (isStatus && (Array.isArray(value) || /^(enum|const|anyOf)$/.test(name))),
      );
  };
  for (const path of readdirSync(join(root, "schemas"), { recursive: true, encoding: "utf8" }))
    if (path.endsWith(".schema.json"))
      learn(JSON.parse(readFileSync(join(root, "schemas", path), "utf8")), false);
  return known;
}
