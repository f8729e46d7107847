/** Reads the contract once: everything that the emitters turn into code. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { mostKeys } from "./most-keys.ts";
import { checkRoutes, type Route, type Routes } from "./routes.ts";
import { readScripts, type Scripts } from "./script-source.ts";
import { type JsonSchema, type SchemaFile, type TitledSchema, titledSchemas } from "./schema.ts";

export interface Wire {
  prefix: string;
  shard: { pattern: string; tag: string };
  keys: Record<string, { template: string; type: string }>;
  channels: Record<string, { template: string; message: string }>;
  objects: Record<string, string>;
  timers: Record<string, string>;
  ids: Record<string, string>;
  groups: Record<string, string>;
  pools: Record<string, string>;
  owners: Record<string, string>;
  fields: Record<string, string[]>;
  priorities: string[];
  runStatuses: string[];
  terminalRunStatuses: string[];
  nodeStatuses: string[];
  defaults: Record<string, number>;
  /** Limits that executors of all planes share. */
  executor: Record<string, number>;
}

export interface ProblemTypes {
  base: string;
  types: { code: string; title: string; status: number; class: string }[];
}

export interface Source {
  /** Every schema file, sorted by path. */
  files: SchemaFile[];
  /** Every schema that has a name of its own, by title. */
  titled: Map<string, TitledSchema>;
  wire: Wire;
  problemTypes: ProblemTypes;
  routes: Routes;
  scripts: Scripts;
  /** Graph name -> graph. */
  graphs: Map<string, Record<string, unknown>>;
}

/** @param root folder of the repository. @throws Error that names the file when the contract contradicts itself. */
export function readSource(root: string): Source {
  const schemas = join(root, "schemas");
  const files = ["", "nodes/", "graphs/", "config/"].flatMap((folder) =>
    namesIn(join(schemas, folder), ".schema.json").map((name) =>
      readSchema(schemas, `${folder}${name}.schema.json`),
    ),
  );
  const titled = titledSchemas(files);
  const wire = readWire(schemas, titled);
  const problemTypes = readJson<ProblemTypes>(join(schemas, "problem-types.json"));
  const routes = readRoutes(join(schemas, "routes"));
  checkRoutes(routes, { titled, problemTypes });
  return {
    files,
    titled,
    wire,
    problemTypes,
    routes,
    scripts: readScripts(join(schemas, "redis"), wire),
    graphs: new Map(namesIn(join(root, "graphs"), ".json").map((name) => [name, readGraph(root, name)])),
  };
}

/** How many keys a body may have follows from what a run may have, and from the free JSON within it. */
function readWire(schemas: string, titled: Map<string, TitledSchema>): Wire {
  const wire = readJson<Wire>(join(schemas, "wire.json"));
  const body_keys = mostKeys(titled, "RunCreate") + wire.defaults.free_keys!;
  return { ...wire, defaults: { ...wire.defaults, body_keys } };
}

/** One file per tag, and what they share. */
function readRoutes(folder: string): Routes {
  const { placeholders, problems } = readJson<Omit<Routes, "list">>(join(folder, "common.json"));
  const tags = namesIn(folder, ".json").filter((name) => name !== "common");
  const list = tags.flatMap((tag) =>
    readJson<Omit<Route, "tag">[]>(join(folder, `${tag}.json`)).map((route) => ({ ...route, tag })),
  );
  return { placeholders, problems, list };
}

function readSchema(folder: string, path: string): SchemaFile {
  const schema = readJson<JsonSchema>(join(folder, path));
  if (typeof schema.$id !== "string" || !schema.$id.endsWith(`/${path}`)) {
    throw new Error(`schemas/${path}: $id must end in /${path}`);
  }
  return { path, id: schema.$id, schema };
}

function readGraph(root: string, name: string): Record<string, unknown> {
  const graph = readJson<Record<string, unknown>>(join(root, "graphs", `${name}.json`));
  if (graph.name !== name) throw new Error(`graphs/${name}.json: its name is ${String(graph.name)}`);
  return graph;
}

function namesIn(folder: string, ending: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))
    .sort();
}

function readJson<T>(path: string): T {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch (error) {
    throw new Error(`${path} is not JSON`, { cause: error });
  }
}
