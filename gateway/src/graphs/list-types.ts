/** Lists of named types, by name: `Text[]` holds values of the type `Text`. */
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import type { Validator, ValidatorError } from "@myspinbot/contracts/validators.js";

/** The type of a list's elements; undefined when the type is no list. */
export function elementOf(type: string): string | undefined {
  return type.endsWith("[]") ? type.slice(0, -2) : undefined;
}

/** A list of what the validator takes, as long as a group may be. */
export function listValidator(element: Validator): Validator {
  const validate: Validator = (data) => {
    const errors = listErrors(element, data);
    validate.errors = errors.length > 0 ? errors : null;
    return errors.length === 0;
  };
  return validate;
}

function listErrors(element: Validator, data: unknown): ValidatorError[] {
  if (!Array.isArray(data)) return [toError("type", "must be a list")];
  if (data.length > DEFAULTS.group_items)
    return [toError("maxItems", `has ${data.length} elements, and may have ${DEFAULTS.group_items}`)];
  return data.flatMap((item, i) =>
    element(item)
      ? []
      : (element.errors ?? []).map((error) => ({ ...error, instancePath: `/${i}${error.instancePath}` })),
  );
}

function toError(keyword: string, message: string): ValidatorError {
  return { instancePath: "", keyword, message, params: {} };
}
