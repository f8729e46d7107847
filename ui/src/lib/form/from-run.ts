/** Fills a form with what an earlier run was given. */
import type { Field, Form } from "./fields.ts";
import type { Values } from "./shown.ts";
import type { FileValue } from "./values.ts";

export function fromInput(input: Values, form: Form): { values: Values; chosen?: string } {
  const fields = [...form.groups.flatMap(({ fields }) => fields), ...form.advanced];
  const values = filled(fields, input);
  const chosen = form.either.find(({ field }) => field in input)?.field;
  return chosen === undefined ? { values } : { values, chosen };
}

function filled(fields: readonly Field[], input: Values): Values {
  const given = fields.filter(({ name }) => name in input);
  return Object.fromEntries(given.map((field) => [field.name, ofField(field, input[field.name])]));
}

/** What of an input is another now; null where a field is not given any more. */
export function changesOf(before: Values, after: Values): Values {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const isSame = (name: string): boolean => JSON.stringify(before[name]) === JSON.stringify(after[name]);
  return Object.fromEntries(
    [...names].filter((name) => !isSame(name)).map((name) => [name, after[name] ?? null]),
  );
}

function ofField({ widget, fields = [] }: Field, value: unknown): unknown {
  // As it is typed.
  if (widget === "json") return JSON.stringify(value, null, 2);
  if (widget === "list") return (value as Values[]).map((element) => filled(fields, element));
  if (widget === "object") return filled(fields, value as Values);
  const isClip = widget === "voice" && typeof value === "object" && value !== null && "file_id" in value;
  return isClip ? { ...value, file: withNames({ file_id: value.file_id }) } : withNames(value);
}

/** A file that the run was given: its name is not told. */
function withNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNames);
  if (typeof value !== "object" || value === null) return value;
  if ("file_id" in value)
    return { name: "The file of that run", size: 0, media_type: "", ...(value as Partial<FileValue>) };
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withNames(inner)]));
}
