/** Finds names of wire.json that are spelled by hand in code: timers, groups, keys, object paths, ends of runs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { textOf } from "./text-of.ts";

interface Wire {
  groups: Record<string, string>;
  keys: Record<string, { template: string }>;
  objects: Record<string, string>;
  timers: Record<string, string>;
  terminalRunStatuses: string[];
}

/** Code of the services and the Lua scripts; tests may spell names, so that they see what clients of Redis see. */
const CODE =
  /^(gateway\/src|gpu-node\/src|client|tunnel|ui|scripts|schemas\/redis)\/.*\.(ts|tsx|js|mjs|svelte|py|lua)$/;
const GENERATED_OR_TESTS = /^gpu-node\/src\/gpu_node\/contracts\/|\.test\.ts$|\/test\/|^scripts\/guards\//;

/** A name and what stands before or behind it, put together in another way than in one text. */
function glued(names: string, mark: string): string {
  const [name, by] = [`["'\`](?:${names})["'\`]`, `["'\`]${mark}["'\`]`];
  return `${name}[^)\\n]*\\]\\.join\\(${by}|${name} ?(?:\\+|\\.\\.) ?["'\`]${mark}|${by}\\.join\\([^\\n]*${name}|\\bconcat\\(\\{[^}]*${name}.*${by}`;
}

const either = (names: Iterable<string>): string => [...new Set(names)].join("|");

/** What no line may hold, with the words for it. */
function patterns(wire: Wire): [what: string, pattern: RegExp, languages: RegExp][] {
  const timers = either(Object.keys(wire.timers));
  const groups = either(Object.values(wire.groups));
  const families = Object.values(wire.keys).map(({ template }) => /\{<shard>\}:(\w+)/.exec(template)![1]!);
  const keys = either(families);
  const folders = Object.values(wire.objects).map((template) => template.split("/")[0]!);
  // Some of them are ends of nodes, too; these two are not.
  const end = `["']?(?:${either(wire.terminalRunStatuses)})["']?(?: = true)?`;
  const ends = `^(?=.*\\b(?:expired|timed_out)\\b).*${end},\\s*${end}`;
  return [
    ["a timer", new RegExp(`["'\`](?:${timers})\\||${glued(timers, "\\|")}`), /./],
    // Other things are called so, too, but not in Lua, and not as an argument of Redis.
    ["a group", new RegExp(`'(?:${groups})'`), /\.lua$/],
    [
      "a group",
      new RegExp(
        `["'](?:XACK|XPENDING|XCLAIM|XAUTOCLAIM|XGROUP|GROUP|CREATE)["'].*(?<!GROUPS\\[)["'](?:${groups})["']`,
      ),
      /./,
    ],
    ["a group", new RegExp(`\\bgroup(?:: |=)["'](?:${groups})["']`), /\.(tsx?|m?js|svelte|py)$/],
    ["a key", new RegExp(`[}"'\`]:(?:${keys})\\b|["'\`]msb:|${glued(keys, ":")}`), /./],
    [
      "an object's path",
      new RegExp(`["'\`](?:${either(folders)})/(?:["'\`{]|\\$\\{)|${glued(either(folders), "/")}`),
      /./,
    ],
    ["the ends of runs", new RegExp(ends), /./],
  ];
}

/** @param files paths inside the repository. @returns `<file>:<line> spells a timer by hand`, for each */
export function handSpelled(root: string, files: readonly string[]): string[] {
  const wire = JSON.parse(readFileSync(join(root, "schemas/wire.json"), "utf8")) as Wire;
  const rules = patterns(wire);
  return files
    .filter((file) => CODE.test(file) && !GENERATED_OR_TESTS.test(file))
    .flatMap((file) =>
      textOf(root, file)
        .split("\n")
        .flatMap((line, index) =>
          rules
            .filter(([, pattern, languages]) => languages.test(file) && pattern.test(line))
            .map(([what]) => `${file}:${index + 1} spells ${what} by hand: its builder comes from wire.json`),
        ),
    );
}
