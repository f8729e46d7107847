/** Writes a handler's outputs as JSON that says exactly what they are, or refuses them. */
import { DEFAULTS, EXECUTOR } from "@myspinbot/contracts/wire.ts";
import { AppError, type FieldError } from "../errors/app-error.ts";
import { escapePointer } from "../errors/field-errors.ts";

/** Deeper than anybody needs, and as deep as both planes can read. */
const { output_depth: MAX_DEPTH } = EXECUTOR;

/**
 * The JSON of outputs that JSON keeps: a field that is undefined is left out, and so is an output that is null, which was
 * not made; everything else must come back as it is.
 * @throws AppError `invalid-output` with a pointer to what cannot be kept, `output-too-large`
 */
export function encodeOutputs(outputs: unknown): string {
  const error = findUnkept(outputs) ?? whyNotByName(outputs);
  if (error) {
    const detail = `The outputs cannot be written as JSON: ${error.pointer} ${error.detail}.`;
    throw new AppError("invalid-output", detail, { errors: [error] });
  }
  const made = Object.entries(outputs as object).filter(([, value]) => value !== null);
  const text = JSON.stringify(Object.fromEntries(made));
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > DEFAULTS.node_output_bytes) throw tooLarge(`${bytes} bytes of JSON`);
  return text;

  function findUnkept(value: unknown): FieldError | null {
    let seen = 0;
    const walk = (at: unknown, pointer: string, above: readonly object[]): FieldError | null => {
      seen += 1;
      // Every value takes a byte, also one that stands in many places: so the walk is bounded.
      if (seen > DEFAULTS.node_output_bytes) throw tooLarge("too many values");
      const why = whyUnkept(at, above);
      if (why !== null) return { pointer, detail: why };
      if (typeof at !== "object" || at === null) return null;
      for (const [name, part] of entriesOf(at)) {
        const here = `${pointer}/${escapePointer(name)}`;
        if (typeof name === "string" && !name.isWellFormed())
          return { pointer, detail: "has a name that is no text" };
        const wrong = walk(part, here, [...above, at]);
        if (wrong) return wrong;
      }
      return null;
    };
    return walk(value, "/outputs", []);
  }
}

/** Outputs of an extension whose own check takes anything still go by name: a result without names is nobody's. */
function whyNotByName(outputs: unknown): FieldError | null {
  const byName = typeof outputs === "object" && outputs !== null && !Array.isArray(outputs);
  return byName ? null : { pointer: "/outputs", detail: "is no object of outputs by name" };
}

function tooLarge(size: string): AppError {
  const detail = `The outputs are ${size}; ${DEFAULTS.node_output_bytes} bytes are allowed.`;
  return new AppError("output-too-large", detail);
}

/** Fields that are undefined count as absent; holes and undefined items of a list are not skipped. */
function entriesOf(value: object): [string | number, unknown][] {
  if (Array.isArray(value)) return Array.from(value, (item: unknown, i) => [i, item]);
  return Object.entries(value).filter(([, part]) => part !== undefined);
}

const WHY: Record<string, (value: never, above: readonly object[]) => string | null> = {
  boolean: () => null,
  string: (text: string) => (text.isWellFormed() ? null : "holds half a character"),
  number: (number: number) => (Number.isFinite(number) ? null : `is ${number}, which JSON does not have`),
  bigint: () => "is a BigInt",
  symbol: () => "is a symbol",
  function: () => "is a function",
  undefined: () => "is undefined",
  object: whyObject,
};

function whyUnkept(value: unknown, above: readonly object[]): string | null {
  return value === null ? null : WHY[typeof value]!(value as never, above);
}

function whyObject(value: object, above: readonly object[]): string | null {
  if (above.includes(value)) return "holds itself";
  if (above.length >= MAX_DEPTH) return `is nested more than ${MAX_DEPTH} levels deep`;
  if (Array.isArray(value)) return null;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return `is a ${nameOf(value)}, no plain object`;
  return Object.getOwnPropertySymbols(value).length > 0 ? "has a symbol as a name" : null;
}

function nameOf(value: object): string {
  return /^\[object (.{1,40})\]$/.exec(Object.prototype.toString.call(value))?.[1] ?? "class";
}
