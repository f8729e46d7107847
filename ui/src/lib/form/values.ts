/** What was typed into the fields that are shown: what of it is sent, and what does not fit. */
import { type Field, FILE_WIDGETS } from "./fields.ts";
import type { Schema } from "./schema.ts";
import { isGiven, shownOf, type Values } from "./shown.ts";

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

/** What is shown of a list, or of a thing with fields, before anybody touches it. */
export function untouched({ widget, required, schema }: Field): Values | Values[] | undefined {
  if (widget === "object") return (schema.default as Values | undefined) ?? (required ? {} : undefined);
  if (widget !== "list") return undefined;
  const least = required ? Math.max(1, schema.minItems ?? 0) : 0;
  return (schema.default as Values[] | undefined) ?? Array.from({ length: least }, () => ({}));
}

/** The input of a run, in the forms of the API. */
export function toInput(fields: readonly Field[], values: Values): Values {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = sentOf(field, values[field.name]);
      return value === undefined ? [] : [[field.name, value]];
    }),
  );
}

/** What the box takes anyway is sent only where something must be. */
function sentOf(field: Field, value: unknown): unknown {
  const { required, widget, schema } = field;
  if (widget === "switch") {
    const byDefault = schema.default ?? false;
    const isOn = value ?? byDefault;
    return required || isOn !== byDefault ? isOn : undefined;
  }
  if (isGiven(field, value)) return toValue(field, value);
  if (!required) return undefined;
  const whole = untouched(field);
  return whole === undefined ? schema.default : toValue(field, whole);
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
      return (value as Values[]).map((element) => toInner(field, element));
    case "object":
      return toInner(field, value as Values);
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

function toInner({ fields = [] }: Field, values: Values): Values {
  return toInput(shownOf(fields, values), values);
}

/** What can be said before the gateway is asked; it has the last word. */
export function faultsOf(fields: readonly Field[], values: Values, at = ""): FieldFault[] {
  return fields.flatMap((field) => {
    const pointer = `${at}/${field.name}`;
    const value = values[field.name];
    if (!isGiven(field, value)) return field.required ? faultsOfNothing(field, pointer) : [];
    const detail = judge(field, value);
    return [...(detail === undefined ? [] : [{ pointer, detail }]), ...faultsIn(field, value, pointer)];
  });
}

function faultsOfNothing(field: Field, pointer: string): FieldFault[] {
  const whole = untouched(field);
  if (whole !== undefined) return faultsIn(field, whole, pointer);
  if (field.widget === "switch" || field.schema.default !== undefined) return [];
  const isFile = field.widget === "files" || FILE_WIDGETS.has(field.widget);
  return [{ pointer, detail: isFile ? "Choose a file." : "Please fill this in." }];
}

/** What is wrong with the fields inside. */
function faultsIn({ widget, fields = [] }: Field, value: unknown, pointer: string): FieldFault[] {
  const inner = (values: Values, at: string): FieldFault[] => faultsOf(shownOf(fields, values), values, at);
  if (widget === "object") return inner(value as Values, pointer);
  if (widget !== "list") return [];
  return (value as Values[]).flatMap((element, i) => inner(element, `${pointer}/${i}`));
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
  return typeof value === "number" ? judgeNumber(schema, value) : undefined;
}

function judgeNumber({ type, minimum, maximum, multipleOf }: Schema, value: number): string | undefined {
  if (Number.isNaN(value)) return "A number.";
  if (value < (minimum ?? -Infinity) || value > (maximum ?? Infinity)) {
    if (maximum === undefined) return `At least ${minimum}.`;
    return minimum === undefined ? `At most ${maximum}.` : `From ${minimum} to ${maximum}.`;
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf))
    return `A multiple of ${multipleOf}.`;
  return type === "integer" && !Number.isInteger(value) ? "A whole number." : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
