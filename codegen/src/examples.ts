/**
 * Example payloads: schemas/examples/<type>/{valid,invalid}/<name>.json, the type's title in kebab-case; those of a node
 * type may lie in one file, schemas/examples/nodes/<node_type>.json, by part and kind.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { toKebab } from "./emit/text.ts";
import { PARTS, type PartName } from "./node-types.ts";

export interface Example {
  title: string;
  valid: boolean;
  /** Below schemas/examples. */
  path: string;
  value: unknown;
}

const KINDS = ["valid", "invalid"] as const;
const NODES = "nodes";

type Payloads = Partial<Record<PartName, Partial<Record<(typeof KINDS)[number], unknown[]>>>>;

/** @throws Error for a folder that no title in `titles` has. */
export function readExamples(root: string, titles: string[]): Example[] {
  const folder = join(root, "schemas", "examples");
  const byFolder = new Map(titles.map((title) => [toKebab(title), title]));
  const titleOf = (path: string, name: string): string => {
    const title = byFolder.get(name);
    if (!title) throw new Error(`schemas/examples/${path} is the name of no type`);
    return title;
  };
  return readdirSync(folder)
    .sort()
    .flatMap((type) => {
      if (type === NODES) return readNodeTypes(join(folder, NODES), titleOf);
      const title = titleOf(type, type);
      return KINDS.flatMap((kind) => readKind(folder, title, `${type}/${kind}`));
    });
}

function readNodeTypes(folder: string, titleOf: (path: string, name: string) => string): Example[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const type = name.replace(/\.json$/, "");
      const payloads = JSON.parse(readFileSync(join(folder, name), "utf8")) as Payloads;
      return PARTS.flatMap((part) => {
        const title = titleOf(`${NODES}/${name}`, `${type.replaceAll("_", "-")}-${part}`);
        return KINDS.flatMap((kind) =>
          (payloads[part]?.[kind] ?? []).map((value, index) => ({
            title,
            valid: kind === "valid",
            path: `${NODES}/${name}/${part}/${kind}/${index}`,
            value,
          })),
        );
      });
    });
}

function readKind(folder: string, title: string, kind: string): Example[] {
  return readdirSync(join(folder, kind))
    .sort()
    .map((name) => {
      const path = `${kind}/${name}`;
      return {
        title,
        valid: kind.endsWith("/valid"),
        path,
        value: JSON.parse(readFileSync(join(folder, path), "utf8")) as unknown,
      };
    });
}

const REPLACEMENTS = [null, "", "x\n", 0, -1, 1.5, 1e300, true, [], {}, ["x"], { x: 1 }];
/** Long texts are there for their length; changing what is beside them shows nothing new. */
const MAX_CHARACTERS = 10_000;

/** Every way to change one place of a value: another value there, nothing there, something more there. */
export function* mutations(value: unknown): Generator<unknown> {
  if (JSON.stringify(value).length > MAX_CHARACTERS) return;
  for (const path of pathsIn(value)) {
    for (const replacement of REPLACEMENTS) yield changed(value, path, () => replacement);
    yield changed(value, path, (old) => (typeof old === "string" ? `${old} ` : [old]));
    yield changed(value, path, (old) => (isObject(old) ? { ...old, unknown: 1 } : { value: old }));
    if (path.length > 0) yield changed(value, path, () => undefined);
  }
}

function pathsIn(value: unknown, path: string[] = []): string[][] {
  const inner = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return [path, ...inner.flatMap(([key, child]) => pathsIn(child, [...path, key]))];
}

function changed(value: unknown, [key, ...rest]: string[], change: (old: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  if (Array.isArray(value)) {
    const items = value.map((item: unknown, index) =>
      String(index) === key ? changed(item, rest, change) : item,
    );
    return items.filter((item) => item !== undefined);
  }
  const object = value as Record<string, unknown>;
  const { [key]: old, ...others } = object;
  const next = changed(old, rest, change);
  return next === undefined ? others : { ...others, [key]: next };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
