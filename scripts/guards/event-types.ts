/** Finds types of events that are misspelt, in code of every language and in its tests: no compiler reads all of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { textOf } from "./text-of.ts";

const CODE = /\.(ts|tsx|js|mjs|svelte|py|lua)$/;
const NOT_OURS =
  /^(codegen\/generated|gpu-node\/src\/gpu_node\/contracts|scripts\/guards|e2e\/api-clients)\//;

/** What looks like one and is none: names of files, and a path of a node's output. */
const OTHERS = new Set(["run.json", "run.mjs", "node.name", "node.output"]);
/** What tests send on purpose, because readers skip types that they do not know. */
const UNKNOWN = new Set(["node.dreamt", "node.exploded", "run.celebrated"]);
const TESTS = /\.test\.ts$|\/tests?\//;
/** Endings of events that other things have, too. */
const COMMON = "log";

/** @param files paths inside the repository. @returns `<file>:<line> says node.skiped`, for each that no event has */
export function misspeltEvents(root: string, files: readonly string[]): string[] {
  const schema = JSON.parse(readFileSync(join(root, "schemas/event.schema.json"), "utf8")) as {
    properties: { type: { enum: string[] } };
  };
  const types = new Set(schema.properties.type.enum);
  const either = (part: 0 | 1): string =>
    [...new Set([...types].map((type) => type.split(".")[part]!))].join("|");
  const ends = either(1).replace(`|${COMMON}|`, "|");
  const literal = new RegExp(`(["'\`])((?:${either(0)})\\.[A-Za-z_]+|[A-Za-z_]+\\.(?:${ends}))\\1`, "g");
  return files
    .filter((file) => CODE.test(file) && !NOT_OURS.test(file))
    .flatMap((file) =>
      textOf(root, file)
        .split("\n")
        .flatMap((line, index) =>
          [...line.matchAll(literal)]
            .map(([, , said]) => said!)
            .filter((said) => !types.has(said) && !OTHERS.has(said))
            .filter((said) => !(UNKNOWN.has(said) && TESTS.test(file)))
            .map((said) => `${file}:${index + 1} says ${said}, which is the type of no event`),
        ),
    );
}
