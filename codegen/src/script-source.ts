/** Reads the steps of the protocol out of schemas/redis: texts as they are sent to Redis, and what their heads say. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fillWireNames, type WireNames } from "./lua-names.ts";
import { checkIndexes, fillCall, fillFirst } from "./script-body.ts";
import { paragraphsOf, readHead, type Head, type WireTemplates } from "./script-head.ts";

export interface Script {
  head: Head;
  /** With its includes in place, without comments: each byte is sent to every Redis server. */
  text: string;
}

export interface Scripts {
  steps: Map<string, Script>;
  /** Shapes of answers that several steps give, by name: TypeScript. */
  types: Map<string, string>;
}

/** @throws Error that names all scripts whose head and body contradict each other, or wire.json */
export function readScripts(folder: string, wire: WireNames & WireTemplates): Scripts {
  const steps = new Map<string, Script>();
  const wrong: string[] = [];
  for (const name of namesIn(folder)) {
    try {
      steps.set(name, readScript(readFileSync(join(folder, `${name}.lua`), "utf8"), folder, wire));
    } catch (error) {
      wrong.push(`schemas/redis/${name}.lua: ${(error as Error).message}`);
    }
  }
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  const includes = join(folder, "includes");
  const types = namesIn(includes).flatMap((name) =>
    paragraphsOf(readFileSync(join(includes, `${name}.lua`), "utf8")).flatMap((text) => {
      const [, type, shape] = /^Type (\w+) = (.+)$/.exec(text) ?? [];
      return type === undefined || shape === undefined ? [] : [[type, shape] as [string, string]];
    }),
  );
  return { steps, types: new Map(types) };
}

function readScript(lua: string, folder: string, wire: WireNames & WireTemplates): Script {
  const head = readHead(lua, wire);
  const code = withIncludes(lua, join(folder, "includes"))
    .filter((line) => !/^\s*(--.*)?$/.test(line))
    .join("\n");
  checkIndexes(code.replaceAll(/--.*$/gm, ""), head);
  return { head, text: `${fillWireNames(fillFirst(fillCall(code, head), head), wire)}\n` };
}

/** Its lines, with those of x in the place of `-- @include x`. */
function withIncludes(lua: string, folder: string): string[] {
  const included = new Set<string>();
  return lua.split("\n").flatMap((line) => {
    const include = /^-- @include (\w+)$/.exec(line)?.[1];
    if (!include) return [line];
    if (included.has(include)) throw new Error(`it includes ${include} twice`);
    included.add(include);
    return readFileSync(join(folder, `${include}.lua`), "utf8").split("\n");
  });
}

function namesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".lua"))
    .map((name) => name.slice(0, -".lua".length))
    .sort();
}
