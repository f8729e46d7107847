/**
 * Schemas reduced to what a static type can say, the same for every language. Rules about values (patterns, lengths,
 * "at least one of") are left to the validators, through which everything passes before it is seen as a type.
 */
import { type JsonSchema, type SchemaFile, type TitledSchema, titleOfRef } from "./schema.ts";

export type Shape =
  | { kind: "string" | "number" | "integer" | "boolean" | "any" }
  | { kind: "literals"; values: (string | number | boolean)[] }
  | { kind: "reference"; title: string }
  | { kind: "list"; item: Shape }
  | { kind: "map"; value: Shape }
  | { kind: "union"; members: Shape[]; tag?: string };

export interface Field {
  name: string;
  description?: string;
  required: boolean;
  default?: unknown;
  shape: Shape;
}

/** A named type: an object with fields, or a name for another shape. */
export type Declaration = { title: string; description?: string } & ({ fields: Field[] } | { shape: Shape });

/** All types, those that stand inside others included; what a type needs comes before it, unions last. */
export function declarations(titled: Map<string, TitledSchema>): Declaration[] {
  const made = new Map<string, Declaration>();
  const reading = new Set<string>();

  function declare(file: SchemaFile, schema: JsonSchema): string {
    const title = schema.title as string;
    // An object may hold its own kind; a name for a shape that contains itself has no end.
    if (made.has(title) || (reading.has(title) && schema.properties)) return title;
    if (reading.has(title)) throw new Error(`schemas/${file.path}: ${title} contains itself`);
    reading.add(title);
    const head = { title, ...(schema.description ? { description: schema.description as string } : {}) };
    const body = schema.properties ? { fields: fieldsOf(file, schema) } : { shape: shapeOf(file, schema) };
    made.set(title, { ...head, ...body });
    return title;
  }

  function fieldsOf(file: SchemaFile, schema: JsonSchema): Field[] {
    if (schema.additionalProperties !== false) {
      throw new Error(`schemas/${file.path}: ${String(schema.title)} must refuse additional properties`);
    }
    const required = (schema.required ?? []) as string[];
    return Object.entries(schema.properties as Record<string, JsonSchema>).map(([name, property]) => ({
      name,
      ...(property.description ? { description: property.description as string } : {}),
      required: required.includes(name),
      // What a graph's input says of defaults is for forms: handlers choose, and what was not said is not filled in.
      ...("default" in property && !file.path.startsWith("graphs/") ? { default: property.default } : {}),
      shape: inner(file, property),
    }));
  }

  /** A schema inside another: objects with fields need a title, by which they are declared. */
  function inner(file: SchemaFile, schema: JsonSchema): Shape {
    if (!schema.properties) return shapeOf(file, schema);
    if (!schema.title) throw new Error(`schemas/${file.path}: an object with properties needs a title`);
    return { kind: "reference", title: declare(file, schema) };
  }

  function shapeOf(file: SchemaFile, schema: JsonSchema): Shape {
    if (typeof schema.$ref === "string") {
      const target = titled.get(titleOfRef(titled, file, schema.$ref)) as TitledSchema;
      return { kind: "reference", title: declare(target.file, target.schema) };
    }
    if ("const" in schema) return { kind: "literals", values: [schema.const as string] };
    if (schema.enum) return { kind: "literals", values: schema.enum as string[] };
    const members = (schema.oneOf ?? schema.anyOf) as JsonSchema[] | undefined;
    if (members) {
      const tag = (schema.discriminator as { propertyName: string } | undefined)?.propertyName;
      return {
        kind: "union",
        members: members.map((member) => inner(file, member)),
        ...(tag ? { tag } : {}),
      };
    }
    return plainShape(file, schema);
  }

  function plainShape(file: SchemaFile, schema: JsonSchema): Shape {
    switch (schema.type) {
      case "array":
        return { kind: "list", item: inner(file, schema.items as JsonSchema) };
      case "object": {
        const values = schema.additionalProperties as JsonSchema | undefined;
        return { kind: "map", value: values ? inner(file, values) : { kind: "any" } };
      }
      case "integer":
        // 1e300 is an integer to JSON Schema, and to no one else.
        if (!(Number(schema.maximum) <= Number.MAX_SAFE_INTEGER)) {
          throw new Error(
            `schemas/${file.path}: an integer needs a maximum, at most ${Number.MAX_SAFE_INTEGER}`,
          );
        }
        return { kind: "integer" };
      case "string":
      case "number":
      case "boolean":
        return { kind: schema.type };
      case undefined:
        return { kind: "any" };
      default:
        throw new Error(
          `schemas/${file.path}: the type ${JSON.stringify(schema.type)} is outside the profile`,
        );
    }
  }

  for (const { file, schema } of [...titled.values()].sort((a, b) => (a.title < b.title ? -1 : 1)))
    declare(file, schema);
  return [...made.values()];
}
