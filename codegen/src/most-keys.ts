/** Counts the keys of the largest JSON that fits a schema, so that no limit on keys contradicts the schema. */
import { type JsonSchema, type SchemaFile, type TitledSchema, titleOfRef } from "./schema.ts";

/**
 * Keys of the largest value of a titled schema, with one level of what is left open (`maxProperties` without a schema).
 * Objects and lists without any bound count as empty: their content is free JSON.
 */
export function mostKeys(titled: Map<string, TitledSchema>, title: string): number {
  const { file, schema } = titled.get(title)!;
  return count(titled, file, schema);
}

function count(titled: Map<string, TitledSchema>, file: SchemaFile, schema: JsonSchema): number {
  if (typeof schema.$ref === "string") {
    const target = titled.get(titleOfRef(titled, file, schema.$ref))!;
    return count(titled, target.file, target.schema);
  }
  const branches = [...list(schema.anyOf), ...list(schema.oneOf)];
  return (
    named(titled, file, schema) +
    open(titled, file, schema) +
    items(titled, file, schema) +
    Math.max(0, ...branches.map((branch) => count(titled, file, branch)))
  );
}

function named(titled: Map<string, TitledSchema>, file: SchemaFile, schema: JsonSchema): number {
  const properties = Object.values((schema.properties ?? {}) as Record<string, JsonSchema>);
  return properties.reduce((sum, property) => sum + 1 + count(titled, file, property), 0);
}

function items(titled: Map<string, TitledSchema>, file: SchemaFile, schema: JsonSchema): number {
  const { maxItems, items: each } = schema;
  return maxItems === undefined || each === undefined
    ? 0
    : Number(maxItems) * count(titled, file, each as JsonSchema);
}

function open(titled: Map<string, TitledSchema>, file: SchemaFile, schema: JsonSchema): number {
  const { maxProperties, additionalProperties } = schema;
  if (maxProperties === undefined) return 0;
  const inside =
    typeof additionalProperties === "object" ? count(titled, file, additionalProperties as JsonSchema) : 0;
  return Number(maxProperties) * (1 + inside);
}

function list(value: unknown): JsonSchema[] {
  return (value ?? []) as JsonSchema[];
}
