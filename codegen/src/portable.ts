/** Writes schemas as other people's generators and validators can read them; the contract itself stays as it is. */
import { mapSchemas, type JsonSchema } from "./schema.ts";

/** Unicode classes are no regular expressions in other languages. */
const FOREIGN_PATTERN = /\\p\{/;

/**
 * Objects that are left open say so: without it generators make maps of nothing of them. Left out are branches that only
 * say what is required, because a union with them is a union with everything, patterns that others cannot read, and
 * constants that are true or false, of which code is made that does not run; the gateway holds to all three.
 */
export function portable(schema: JsonSchema): JsonSchema {
  return mapSchemas(schema, (inner) =>
    Object.fromEntries<unknown>([
      ...Object.entries(inner).filter(([keyword, value]) => !isForeign(keyword, value)),
      ...(isOpenObject(inner) ? ([["additionalProperties", true]] as const) : []),
    ]),
  );
}

function isForeign(keyword: string, value: unknown): boolean {
  if (keyword === "const") return typeof value === "boolean";
  if (keyword === "pattern") return FOREIGN_PATTERN.test(String(value));
  if (keyword !== "anyOf" && keyword !== "oneOf") return false;
  return (value as JsonSchema[]).every((branch) => Object.keys(branch).join() === "required");
}

function isOpenObject(schema: JsonSchema): boolean {
  return schema.type === "object" && !("properties" in schema) && !("additionalProperties" in schema);
}
