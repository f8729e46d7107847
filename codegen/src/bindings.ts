/** How values of named types are bound to files: which types point to bytes, and where others hold such a type. */
import { type JsonSchema, definitionsOf, titleOfRef } from "./schema.ts";
import { namedTypes } from "./node-types.ts";
import type { Source } from "./source.ts";

export interface FilePart {
  /** Named type of the part, a file type. */
  type: string;
  /** The field in which a client names the file. */
  given_as: string;
}

export interface Bindings {
  /** Named types that are artifact references, and how media types that fit begin. */
  fileTypes: Record<string, string>;
  /** Named types with references in fields, by field. */
  fileParts: Record<string, Record<string, FilePart>>;
  /** Title of what clients give for a named type, where it is not the type itself. */
  clientForms: Record<string, string>;
}

interface ClientForm {
  title: string;
  files: Record<string, string>;
}

export function bindings(source: Source): Bindings {
  const file = source.files.find(({ path }) => path === "types.schema.json")!;
  const definitions = namedTypes(source).map((name): [string, JsonSchema] => [
    name,
    definitionsOf(file.schema)[name] as JsonSchema,
  ]);
  const forms = definitions.flatMap(([name, schema]): [string, ClientForm, JsonSchema][] =>
    schema["x-client-form"] ? [[name, schema["x-client-form"] as ClientForm, schema]] : [],
  );
  const part = (schema: JsonSchema, field: string, given: string): FilePart => ({
    type: titleOfRef(source.titled, file, String(propertiesOf(schema)[field]!.$ref)),
    given_as: given,
  });
  return {
    fileTypes: Object.fromEntries(
      definitions
        .filter(([, schema]) => "artifact_id" in propertiesOf(schema))
        .map(([name, schema]) => [name, mediaOf(propertiesOf(schema).media_type!)]),
    ),
    fileParts: Object.fromEntries(
      forms.map(([name, { files }, schema]) => [
        name,
        Object.fromEntries(
          Object.entries(files).map(([field, given]) => [field, part(schema, field, given)]),
        ),
      ]),
    ),
    clientForms: Object.fromEntries(forms.map(([name, { title }]) => [name, title])),
  };
}

function propertiesOf(schema: JsonSchema): Record<string, JsonSchema> {
  return (schema.properties ?? {}) as Record<string, JsonSchema>;
}

/** `image/` of `^image/[a-z]+$`, all of a constant, nothing where any media type fits. */
function mediaOf(schema: JsonSchema): string {
  return (schema.const as string | undefined) ?? /^\^([a-z]+\/)/.exec(String(schema.pattern))?.[1] ?? "";
}
