/** Environment variables of both services, as their config schemas list them. */
import type { JsonSchema } from "./schema.ts";
import type { Source } from "./source.ts";

export interface Variable {
  env: string;
  /** The variable that names a file with the value in it; null = none: the value is no secret. */
  fileEnv: string | null;
  /** JSON type of the value; the items of a list are strings. */
  type: string;
  /** Written as one text with commas. */
  list: boolean;
  secret: boolean;
  /** Handed to handlers as it is, which alone know what it means. */
  setting: boolean;
  /** Null = none: required. */
  default: string | number | boolean | string[] | null;
  required: boolean;
  description: string;
}

/** Property -> variable. @throws Error when a property lacks x-env, a description, or both a default and a demand. */
export function variables(
  source: Source,
  title: "GatewayConfig" | "GpuNodeConfig",
): Record<string, Variable> {
  const schema = source.titled.get(title)?.schema as JsonSchema;
  const required = (schema.required ?? []) as string[];
  return Object.fromEntries(
    Object.entries(schema.properties as Record<string, JsonSchema>).map(([name, property]) => {
      if (!property["x-env"] || !property.description)
        throw new Error(`${title}.${name} lacks x-env or description`);
      if (required.includes(name) === "default" in property)
        throw new Error(`${title}.${name}: required or with a default`);
      return [
        name,
        {
          env: property["x-env"] as string,
          fileEnv: property["x-secret"] === true ? `${property["x-env"] as string}_FILE` : null,
          type: property.type as string,
          list: property["x-list"] === true,
          secret: property["x-secret"] === true,
          setting: property["x-setting"] === true,
          default: (property.default ?? null) as Variable["default"],
          required: required.includes(name),
          description: property.description as string,
        },
      ];
    }),
  );
}
