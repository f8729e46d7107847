/** Looks at a parsed body before any validator does: what could hurt is refused, wherever it stands. */
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { AppError } from "../../errors/app-error.ts";
import { escapePointer } from "../../errors/field-errors.ts";

/** Names that mean something to objects of JavaScript. */
const FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

const NO_TEXT = "is not Unicode text";

/** Where a value stands: said only of what is refused. */
interface Place {
  value: object;
  name: string;
  around: Place | undefined;
}

/**
 * Walks without recursion, so that no depth can exhaust the stack.
 * @throws AppError `body-too-deep` beyond the keys of the largest run, `invalid-request` for a forbidden name or a text
 * that is no Unicode (half of a surrogate pair).
 */
export function inspectJson(body: unknown): void {
  if (typeof body === "string" && !body.isWellFormed()) throw refused("", NO_TEXT);
  const open: Place[] = isContainer(body) ? [{ value: body, name: "", around: undefined }] : [];
  let keys = 0;
  for (let place = open.pop(); place; place = open.pop()) {
    const { value } = place;
    const names = Object.keys(value);
    if (!Array.isArray(value)) {
      keys += names.length;
      if (keys > DEFAULTS.body_keys) {
        throw new AppError("body-too-deep", `The body may have ${DEFAULTS.body_keys} keys.`);
      }
      for (const name of names) assertName(name, place);
    }
    for (const name of names) {
      const child = (value as Record<string, unknown>)[name];
      if (isContainer(child)) open.push({ value: child, name, around: place });
      else if (typeof child === "string" && !child.isWellFormed())
        throw refused(pointerTo(place, name), NO_TEXT);
    }
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function pointerTo(place: Place, ...names: string[]): string {
  for (let at = place; at.around; at = at.around) names.unshift(at.name);
  return names.map((name) => `/${escapePointer(name)}`).join("");
}

function assertName(name: string, place: Place): void {
  if (FORBIDDEN.has(name)) throw refused(pointerTo(place, name), "has a name that is not allowed");
  if (!name.isWellFormed()) throw refused(pointerTo(place), "has a name that is not Unicode text");
}

function refused(pointer: string, detail: string): AppError {
  return new AppError("invalid-request", `The body is refused: ${pointer} ${detail}.`, {
    errors: [{ pointer, detail }],
  });
}
