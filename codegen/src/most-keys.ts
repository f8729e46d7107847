/** Counts the keys of the largest JSON that fits a schema, so that no limit on keys contradicts the schema. */
import { type JsonSchema, type SchemaFile, type TitledSchema, titleOfRef } from "./schema.ts";

/** Where the count is: a schema inside itself counts as empty, as free JSON does. */
interface Place {
  titled: Map<string, TitledSchema>;
  file: SchemaFile;
  above: readonly string[];
}

/**
 * Keys of the largest value of a titled schema, with one level of what is left open (`maxProperties` without a schema).
 * Objects and lists without any bound count as empty: their content is free JSON.
 */
export function mostKeys(titled: Map<string, TitledSchema>, title: string): number {
  const { file, schema } = titled.get(title)!;
  return count({ titled, file, above: [title] }, schema);
}

function count(place: Place, schema: JsonSchema): number {
  if (typeof schema.$ref === "string") {
    const title = titleOfRef(place.titled, place.file, schema.$ref);
    if (place.above.includes(title)) return 0;
    const target = place.titled.get(title)!;
    return count({ ...place, file: target.file, above: [...place.above, title] }, target.schema);
  }
  const branches = [...list(schema.anyOf), ...list(schema.oneOf)];
  return (
    named(place, schema) +
    open(place, schema) +
    items(place, schema) +
    Math.max(0, ...branches.map((branch) => count(place, branch)))
  );
}

function named(place: Place, schema: JsonSchema): number {
  const properties = Object.values((schema.properties ?? {}) as Record<string, JsonSchema>);
  const counts = properties.map((property) => 1 + count(place, property));
  // One field alone: the largest.
  if (schema.maxProperties === 1) return Math.max(0, ...counts);
  return counts.reduce((sum, each) => sum + each, 0);
}

function items(place: Place, { maxItems, items: each }: JsonSchema): number {
  return maxItems === undefined || each === undefined
    ? 0
    : Number(maxItems) * count(place, each as JsonSchema);
}

function open(place: Place, { maxProperties, additionalProperties }: JsonSchema): number {
  if (maxProperties === undefined || additionalProperties === false) return 0;
  const inside =
    typeof additionalProperties === "object" ? count(place, additionalProperties as JsonSchema) : 0;
  return Number(maxProperties) * (1 + inside);
}

function list(value: unknown): JsonSchema[] {
  return (value ?? []) as JsonSchema[];
}
