/** Looks at a parsed body before any validator does: what could hurt is refused, wherever it stands. */
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { AppError } from "../../errors/app-error.ts";
import { escapePointer } from "../../errors/field-errors.ts";

/** Names that mean something to objects of JavaScript. */
const FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

interface Place {
  value: object;
  pointer: string;
}

/**
 * Walks without recursion, so that no depth can exhaust the stack.
 * @throws AppError `body-too-deep` beyond the keys of the largest run, `invalid-request` for a forbidden name or a text
 * that is no Unicode (half of a surrogate pair).
 */
export function inspectJson(body: unknown): void {
  if (typeof body === "string") assertUnicode(body, () => "");
  const open: Place[] = isContainer(body) ? [{ value: body, pointer: "" }] : [];
  let keys = 0;
  for (let place = open.pop(); place; place = open.pop()) {
    const { value, pointer } = place;
    const names = Object.keys(value);
    if (!Array.isArray(value)) {
      keys += names.length;
      if (keys > DEFAULTS.body_keys) {
        throw new AppError("body-too-deep", `The body may have ${DEFAULTS.body_keys} keys.`);
      }
      for (const name of names) assertName(name, pointer);
    }
    for (const name of names) {
      const child = (value as Record<string, unknown>)[name];
      if (typeof child === "string") assertUnicode(child, () => join(pointer, name));
      else if (isContainer(child)) open.push({ value: child, pointer: join(pointer, name) });
    }
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function join(pointer: string, name: string): string {
  return `${pointer}/${escapePointer(name)}`;
}

function assertName(name: string, pointer: string): void {
  if (FORBIDDEN.has(name)) throw refused(join(pointer, name), "has a name that is not allowed");
  if (!name.isWellFormed()) throw refused(pointer, "has a name that is not Unicode text");
}

function assertUnicode(text: string, pointer: () => string): void {
  if (!text.isWellFormed()) throw refused(pointer(), "is not Unicode text");
}

function refused(pointer: string, detail: string): AppError {
  return new AppError("invalid-request", `The body is refused: ${pointer} ${detail}.`, {
    errors: [{ pointer, detail }],
  });
}
