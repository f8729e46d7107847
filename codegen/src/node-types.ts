/** Node types as the planes know them: the head of a schema file plus the named types of its ports. */
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { type JsonSchema, type SchemaFile, definitionsOf, titleOfRef } from "./schema.ts";
import type { Source } from "./source.ts";

export const PARTS = ["params", "inputs", "outputs"] as const;
export type PartName = (typeof PARTS)[number];

export interface Port {
  type: string;
  required: boolean;
  /** Which offers of an engine must have what the value, or a field of it, asks for (`x-chooses-engine`). */
  chooses_engine?: string | Record<string, string>;
}

export interface NodeType {
  type: string;
  plane: string;
  description: string;
  timeout_s: number;
  engines: string[];
  resources: Record<string, number>;
  /** SHA-256 of the schema file's canonical JSON (RFC 8785). */
  schema_digest: string;
  /** Defaults of params that have one. */
  param_defaults: Record<string, unknown>;
  inputs: Record<string, Port>;
  outputs: Record<string, Port>;
}

export function namedTypes(source: Source): string[] {
  const file = source.files.find(({ path }) => path === "types.schema.json");
  return file?.schema["x-named-types"] as string[];
}

/** @throws Error when a schema file lacks a part, or a port is not of a named type. */
export function nodeTypes(source: Source): NodeType[] {
  const named = namedTypes(source);
  return nodeTypeFiles(source).map((file) => nodeType(source, file, named));
}

export function nodeTypeFiles(source: Source): SchemaFile[] {
  return source.files.filter(({ path }) => path.startsWith("nodes/"));
}

function nodeType(source: Source, file: SchemaFile, named: string[]): NodeType {
  const { schema } = file;
  const definitions = definitionsOf(schema);
  const missing = PARTS.filter((part) => !definitions[part]);
  if (missing.length || !schema["x-node-type"])
    throw new Error(`schemas/${file.path} lacks ${missing.join()} or x-node-type`);
  if (file.path !== `nodes/${String(schema.title)}.schema.json`)
    throw new Error(`schemas/${file.path}: the title is the type's name`);
  const head = schema["x-node-type"] as Pick<NodeType, "plane" | "timeout_s" | "engines" | "resources">;
  const ports = (definition: JsonSchema) => portsOf(source, file, definition, named);
  return {
    type: schema.title as string,
    plane: head.plane,
    description: schema.description as string,
    timeout_s: head.timeout_s,
    engines: head.engines,
    resources: head.resources,
    schema_digest: digestOf(schema),
    param_defaults: defaultsOf(definitions.params as JsonSchema),
    inputs: ports(definitions.inputs as JsonSchema),
    outputs: ports(definitions.outputs as JsonSchema),
  };
}

/** The named type of each property, by its `$ref` or its items', or by `x-type` where clients send something else. */
export function portsOf(
  source: Source,
  file: SchemaFile,
  schema: JsonSchema,
  named: string[],
): Record<string, Port> {
  const required = (schema.required ?? []) as string[];
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  return Object.fromEntries(
    properties.map(([name, property]) => {
      const type = (property["x-type"] as string) ?? typeOf(source, file, property);
      if (!named.includes(type.replace(/\[\]$/, "")))
        throw new Error(`schemas/${file.path}: ${name} is of no named type`);
      const chooses = property["x-chooses-engine"] as Port["chooses_engine"];
      return [
        name,
        { type, required: required.includes(name), ...(chooses ? { chooses_engine: chooses } : {}) },
      ];
    }),
  );
}

/** A list of a named type goes by its name and brackets. */
function typeOf(source: Source, file: SchemaFile, property: JsonSchema): string {
  if (property.type !== "array") return titleOfRef(source.titled, file, String(property.$ref));
  return `${titleOfRef(source.titled, file, String((property.items as JsonSchema).$ref))}[]`;
}

function defaultsOf(schema: JsonSchema): Record<string, unknown> {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  return Object.fromEntries(
    properties.filter(([, p]) => "default" in p).map(([name, p]) => [name, p.default]),
  );
}

function digestOf(value: unknown): string {
  return createHash("sha256")
    .update(canonicalize(value) as string)
    .digest("hex");
}
