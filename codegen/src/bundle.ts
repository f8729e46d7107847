/** Schemas that stand alone: references go by title into one map of definitions. */
import { type JsonSchema, type SchemaFile, type TitledSchema, mapSchemas, titleOfRef } from "./schema.ts";

export interface Bundle {
  schema: JsonSchema;
  /** Title -> schema of everything that is referred to, directly or not; sorted. */
  definitions: Record<string, JsonSchema>;
}

/** @param base what stands before the title in a reference, e.g. `#/$defs/` */
export function bundle(
  titled: Map<string, TitledSchema>,
  file: SchemaFile,
  schema: JsonSchema,
  base: string,
): Bundle {
  const found = new Map<string, JsonSchema>();

  function repoint(from: SchemaFile, original: JsonSchema): JsonSchema {
    const { $id: _id, $schema: _schema, $defs: _defs, ...rest } = original;
    return mapSchemas(rest, (inner) => {
      if (typeof inner.$ref !== "string") return inner;
      const title = titleOfRef(titled, from, inner.$ref);
      if (!found.has(title)) {
        found.set(title, {});
        const target = titled.get(title) as TitledSchema;
        found.set(title, repoint(target.file, target.schema));
      }
      return { ...inner, $ref: base + title };
    });
  }

  const pointed = repoint(file, schema);
  return {
    schema: pointed,
    definitions: Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
