/** What of JSON Schema the form reads, and the hints beside it. */

export interface TriedBy {
  type: string;
  params?: Record<string, unknown>;
}

export interface Hints {
  title?: string;
  /** Id of a row of `x-ui-groups`. */
  group?: string;
  order?: number;
  widget?: string;
  placeholder?: string;
  /** In place of the description, where that speaks to whoever writes JSON. */
  help?: string;
  unit?: string;
  labels?: Record<string, string>;
  /** Value -> address of a picture of it. */
  pictures?: Record<string, string>;
  suggestions?: (string | number)[];
  advanced?: boolean;
  /** A node that is given the file alone, as its `image`, so that what it says of it is known before. */
  tried_by?: TriedBy;
  /** Field -> value that it has, or true: it is given. All must hold. */
  shown_if?: Record<string, unknown>;
  hidden_if?: Record<string, unknown>;
}

export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: (string | number)[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  multipleOf?: number;
  minItems?: number;
  maxItems?: number;
  "x-type"?: string;
  "x-ui"?: Hints;
  "x-ui-groups"?: { id: string; title: string }[];
  "x-ui-either"?: { field: string; title: string }[];
}

/** Follows `$ref` inside the document; what stands beside it goes before what it leads to. */
export function resolved(schema: Schema, root: Schema): Schema {
  const name = /^#\/\$defs\/(.+)$/.exec(schema.$ref ?? "")?.[1];
  const target = name === undefined ? undefined : root.$defs?.[name];
  if (target === undefined) return schema;
  const { title: _, ...rest } = resolved(target, root);
  return { ...rest, ...schema };
}
