/** Turns what a generated validator says into field errors that a client understands. */
import type { Validator, ValidatorError } from "@myspinbot/contracts/validators.js";
import type { FieldError } from "./app-error.ts";

/** Keywords that only repeat what their branches say. */
const WRAPPERS = new Set(["anyOf", "oneOf", "if", "allOf", "not", "propertyNames"]);

/** Field errors of `data` with pointers below `prefix`; empty when it fits. Never echoes the data itself. */
export function fieldErrors(validator: Validator, data: unknown, prefix = ""): FieldError[] {
  if (validator(data)) return [];
  const all = validator.errors ?? [];
  const leaves = clearest(all.filter((error) => !WRAPPERS.has(error.keyword)));
  const seen = new Set<string>();
  const out: FieldError[] = [];
  for (const error of leaves.length > 0 ? leaves : all) {
    const field = toFieldError(error, data, prefix);
    const key = `${field.pointer} ${field.detail}`;
    if (!seen.has(key)) out.push(field);
    seen.add(key);
  }
  return out;
}

/**
 * Of several branches that were tried on one value: what is wrong with it by those of its kind, and if it is of no
 * branch's kind, which kinds there are.
 */
function clearest(leaves: ValidatorError[]): ValidatorError[] {
  const kinds = new Map<string, Set<string>>();
  for (const { keyword, instancePath, params } of leaves)
    if (keyword === "type")
      kinds.set(instancePath, (kinds.get(instancePath) ?? new Set()).add(String(params.type)));
  return leaves.flatMap((error) => {
    if (error.keyword !== "type" || kinds.get(error.instancePath)!.size < 2) return [error];
    const isFit = leaves.some(
      ({ keyword, instancePath }) =>
        (keyword !== "type" && instancePath === error.instancePath) ||
        instancePath.startsWith(`${error.instancePath}/`),
    );
    const message = `must be ${[...kinds.get(error.instancePath)!].join(" or ")}`;
    return isFit ? [] : [{ ...error, message }];
  });
}

/** One segment of a JSON pointer. */
export function escapePointer(segment: string | number): string {
  return String(segment).replaceAll("~", "~0").replaceAll("/", "~1");
}

/** How many elements the list has to which the validator points. */
function lengthAt(data: unknown, pointer: string): number {
  const names = pointer.split("/").slice(1);
  const value = names.reduce<unknown>(
    (at, name) => (at as Record<string, unknown>)[name.replaceAll("~1", "/").replaceAll("~0", "~")],
    data,
  );
  return (value as unknown[]).length;
}

function toFieldError(error: ValidatorError, data: unknown, prefix: string): FieldError {
  const at = prefix + error.instancePath;
  const { params } = error;
  switch (error.keyword) {
    case "required":
    case "dependentRequired":
      return { pointer: `${at}/${escapePointer(String(params.missingProperty))}`, detail: "is missing" };
    case "additionalProperties":
    case "unevaluatedProperties": {
      const name = String(params.additionalProperty ?? params.unevaluatedProperty);
      return { pointer: `${at}/${escapePointer(name)}`, detail: "is not a known field" };
    }
    case "enum":
      return { pointer: at, detail: `must be one of ${JSON.stringify(params.allowedValues)}` };
    case "const":
      return { pointer: at, detail: `must be ${JSON.stringify(params.allowedValue)}` };
    case "not":
      return { pointer: at, detail: "has parts that cannot stand together" };
    // Our own validators of lists say it themselves.
    case "maxItems":
    case "minItems": {
      if (typeof params.limit !== "number") break;
      const has = `has ${lengthAt(data, error.instancePath)} elements`;
      const may = error.keyword === "maxItems" ? "may have" : "needs at least";
      return { pointer: at, detail: `${has}, and ${may} ${params.limit}` };
    }
    default:
      break;
  }
  return { pointer: at, detail: error.message ?? `fails ${error.keyword}` };
}
