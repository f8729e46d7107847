/** What was typed into a form: which fields are shown, what is sent, and what does not fit. */
import type { Field } from "./fields.ts";

export type Values = Record<string, unknown>;

/** A file that was brought; the rest is for the eye. */
export interface FileValue {
  file_id: string;
  name: string;
  size: number;
  media_type: string;
}

export interface FieldFault {
  pointer: string;
  detail: string;
}

function isGiven(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null && value !== "" && value !== false;
}

/** @param chosen the one of those that exclude each other */
export function isShown(
  { name, hints }: Field,
  values: Values,
  either: readonly string[],
  chosen: string,
): boolean {
  if (either.includes(name)) return name === chosen;
  const holds = ([other, wanted]: [string, unknown]): boolean => {
    if (either.includes(other)) return wanted === (other === chosen);
    return wanted === true ? isGiven(values[other]) : values[other] === wanted;
  };
  const { shown_if = {}, hidden_if = {} } = hints;
  return Object.entries(shown_if).every(holds) && !Object.entries(hidden_if).some(holds);
}

/** The input of a run: what is shown and given, in the forms of the API. */
export function toInput(fields: readonly Field[], values: Values): Values {
  return Object.fromEntries(
    fields
      .filter(({ name }) => isGiven(values[name]))
      .map((field) => [field.name, toValue(field, values[field.name])]),
  );
}

function toValue(field: Field, value: unknown): unknown {
  switch (field.widget) {
    case "image":
    case "audio":
    case "video":
      return { file_id: (value as FileValue).file_id };
    case "files":
      return (value as FileValue[]).map(({ file_id }) => ({ file_id }));
    case "list":
      return (value as Values[]).map((element) => toInput(field.fields ?? [], element));
    case "json":
      return JSON.parse(value as string);
    case "voice": {
      const { name, file_id, consent } = value as Values;
      return name === undefined ? { file_id, consent } : { name };
    }
    case "text":
    case "textarea":
      return (value as string).trim();
    default:
      return value;
  }
}

/** What can be said before the gateway is asked; it has the last word. */
export function faultsOf(fields: readonly Field[], values: Values, at = ""): FieldFault[] {
  return fields.flatMap((field) => {
    const pointer = `${at}/${field.name}`;
    const value = values[field.name];
    if (!isGiven(value) || (typeof value === "string" && value.trim() === ""))
      return field.required ? [{ pointer, detail: missing(field) }] : [];
    const detail = judge(field, value);
    const inside =
      field.widget === "list"
        ? (value as Values[]).flatMap((element, i) =>
            faultsOf(field.fields ?? [], element, `${pointer}/${i}`),
          )
        : [];
    return detail === undefined ? inside : [{ pointer, detail }, ...inside];
  });
}

function missing({ widget }: Field): string {
  return widget === "image" || widget === "files" ? "Choose a file." : "Please fill this in.";
}

function judge({ widget, schema }: Field, value: unknown): string | undefined {
  if (widget === "voice") {
    const { name, file_id, consent } = value as Values;
    if (name === undefined && file_id === undefined) return "Choose or record a clip.";
    return name === undefined && consent !== true ? "The speaker must have agreed." : undefined;
  }
  if (widget === "json") return isJson(value as string) ? undefined : "This is no JSON yet.";
  if (Array.isArray(value)) {
    const { minItems = 0, maxItems = Infinity } = schema;
    if (value.length < minItems) return `At least ${minItems}.`;
    return value.length > maxItems ? `At most ${maxItems}.` : undefined;
  }
  if (typeof value === "string") {
    const { pattern, maxLength = Infinity } = schema;
    if ([...value].length > maxLength) return `At most ${maxLength} characters.`;
    if (pattern !== undefined && !new RegExp(pattern, "u").test(value))
      return pattern === "[\\p{L}\\p{N}]" ? "It needs at least one letter or digit." : "This does not fit.";
  }
  if (typeof value === "number") {
    const { minimum = -Infinity, maximum = Infinity, multipleOf } = schema;
    if (Number.isNaN(value) || value < minimum || value > maximum) return `From ${minimum} to ${maximum}.`;
    if (multipleOf !== undefined && value % multipleOf !== 0) return `A multiple of ${multipleOf}.`;
  }
  return undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
