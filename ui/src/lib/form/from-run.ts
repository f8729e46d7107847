/** Fills a form with what an earlier run was given. */
import type { Form } from "./fields.ts";
import type { FileValue, Values } from "./values.ts";

export function fromInput(input: Values, form: Form): { values: Values; chosen?: string } {
  const fields = [...form.groups.flatMap(({ fields }) => fields), ...form.advanced];
  const values = Object.fromEntries(
    fields.filter(({ name }) => name in input).map(({ name }) => [name, withNames(input[name])]),
  );
  const chosen = form.either.find(({ field }) => field in input)?.field;
  return chosen === undefined ? { values } : { values, chosen };
}

/** A file that the run was given: its name is not told. */
function withNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNames);
  if (typeof value !== "object" || value === null) return value;
  if ("file_id" in value)
    return { name: "The file of that run", size: 0, media_type: "", ...(value as Partial<FileValue>) };
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withNames(inner)]));
}
