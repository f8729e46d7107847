/** Looks at a parsed body before any validator does: what could hurt is refused, wherever it stands. */
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { AppError } from "../../errors/app-error.ts";
import { escapePointer } from "../../errors/field-errors.ts";

/** Names that mean something to objects of JavaScript. */
const FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

interface Place {
  value: unknown;
  pointer: string;
  depth: number;
}

/**
 * Walks without recursion, so that no depth can exhaust the stack.
 * @throws AppError `body-too-deep` beyond 32 levels or 1,000 keys, `invalid-request` for a forbidden name or a text
 * that is no Unicode (half of a surrogate pair).
 */
export function inspectJson(body: unknown): void {
  const open: Place[] = [{ value: body, pointer: "", depth: 1 }];
  let keys = 0;
  for (let place = open.pop(); place; place = open.pop()) {
    const { value, pointer, depth } = place;
    if (typeof value === "string") assertUnicode(value, pointer);
    if (typeof value !== "object" || value === null) continue;
    if (depth > DEFAULTS.body_depth)
      throw new AppError("body-too-deep", `The body may have ${DEFAULTS.body_depth} levels.`);
    const isList = Array.isArray(value);
    for (const [key, child] of Object.entries(value)) {
      const at = `${pointer}/${escapePointer(key)}`;
      if (!isList) {
        keys += 1;
        if (keys > DEFAULTS.body_keys)
          throw new AppError("body-too-deep", `The body may have ${DEFAULTS.body_keys} keys.`);
        assertName(key, pointer);
      }
      open.push({ value: child, pointer: at, depth: depth + 1 });
    }
  }
}

function assertName(key: string, pointer: string): void {
  if (FORBIDDEN.has(key)) throw refused(`${pointer}/${key}`, "has a name that is not allowed");
  if (!key.isWellFormed()) throw refused(pointer, "has a name that is not Unicode text");
}

function assertUnicode(value: string, pointer: string): void {
  if (!value.isWellFormed()) throw refused(pointer, "is not Unicode text");
}

function refused(pointer: string, detail: string): AppError {
  return new AppError("invalid-request", `The body is refused: ${pointer} ${detail}.`, {
    errors: [{ pointer, detail }],
  });
}
