/** Schemas by title: the names that generated types, validators and examples go by. */

export type JsonSchema = { [keyword: string]: unknown };

export interface SchemaFile {
  /** Below schemas/, e.g. `nodes/generate_script.schema.json`. */
  path: string;
  id: string;
  schema: JsonSchema;
}

export interface TitledSchema {
  title: string;
  file: SchemaFile;
  /** Absolute reference: the file's $id, with a fragment for a definition. */
  ref: string;
  schema: JsonSchema;
}

/**
 * A file's root when it describes a value (node types and types.schema.json only hold definitions), and its `$defs`.
 * @throws Error when a definition has no title or two schemas share one, wherever the second is.
 */
export function titledSchemas(files: SchemaFile[]): Map<string, TitledSchema> {
  const titled = new Map<string, TitledSchema>();
  const seen = new Map<string, string>();
  for (const file of files) {
    if ("type" in file.schema) add(titled, file, file.id, file.schema);
    for (const [name, definition] of Object.entries(definitionsOf(file.schema))) {
      add(titled, file, `${file.id}#/$defs/${name}`, definition);
    }
    for (const title of titlesIn(file.schema)) {
      const other = seen.get(title);
      if (other) throw new Error(`schemas/${file.path}: the title ${title} is taken by ${other}`);
      seen.set(title, `schemas/${file.path}`);
    }
  }
  return titled;
}

function add(titled: Map<string, TitledSchema>, file: SchemaFile, ref: string, schema: JsonSchema): void {
  const { title } = schema;
  if (typeof title !== "string") throw new Error(`${ref} has no title`);
  titled.set(title, { title, file, ref, schema });
}

export function definitionsOf(schema: JsonSchema): Record<string, JsonSchema> {
  return (schema.$defs ?? {}) as Record<string, JsonSchema>;
}

/** Titles of a schema and of all schemas inside it. A property that is called title is not one. */
function titlesIn(schema: JsonSchema): string[] {
  const own = typeof schema.title === "string" ? [schema.title] : [];
  return [...own, ...childrenOf(schema).flatMap(titlesIn)];
}

const MAPS_OF_SCHEMAS = ["properties", "$defs"];
const LISTS_OF_SCHEMAS = ["oneOf", "anyOf", "allOf"];
const SCHEMAS = ["items", "additionalProperties", "propertyNames"];

/** The schemas directly inside a schema, for the keywords that this project uses. */
function childrenOf(schema: JsonSchema): JsonSchema[] {
  return [
    ...MAPS_OF_SCHEMAS.flatMap((keyword) =>
      Object.values((schema[keyword] ?? {}) as Record<string, JsonSchema>),
    ),
    ...LISTS_OF_SCHEMAS.flatMap((keyword) => (schema[keyword] ?? []) as JsonSchema[]),
    ...SCHEMAS.map((keyword) => schema[keyword]).filter((child): child is JsonSchema => isSchema(child)),
  ];
}

/** A copy in which `change` was applied to every schema, inner ones first. */
export function mapSchemas(schema: JsonSchema, change: (schema: JsonSchema) => JsonSchema): JsonSchema {
  const copy: JsonSchema = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (MAPS_OF_SCHEMAS.includes(keyword)) {
      copy[keyword] = Object.fromEntries(
        Object.entries(value as Record<string, JsonSchema>).map(([name, child]) => [
          name,
          mapSchemas(child, change),
        ]),
      );
    } else if (LISTS_OF_SCHEMAS.includes(keyword)) {
      copy[keyword] = (value as JsonSchema[]).map((child) => mapSchemas(child, change));
    } else if (SCHEMAS.includes(keyword) && isSchema(value)) {
      copy[keyword] = mapSchemas(value, change);
    } else {
      copy[keyword] = value;
    }
  }
  return change(copy);
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The title of the schema that a `$ref` in `file` points to. */
export function titleOfRef(titled: Map<string, TitledSchema>, file: SchemaFile, ref: string): string {
  const absolute = new URL(ref, file.id).href.replace(/#$/, "");
  for (const entry of titled.values()) if (entry.ref === absolute) return entry.title;
  throw new Error(`schemas/${file.path}: ${ref} points to nothing that has a title`);
}
