/** Refuses deeply nested JSON before it is parsed: V8 takes half a second for a megabyte of brackets. */
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { endOfString } from "../../end-of-string.ts";
import { AppError } from "../../errors/app-error.ts";

const QUOTE = 0x22;
/** `[` and `{`, `]` and `}` differ in this bit only. */
const BRACE_BIT = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** @throws AppError `body-too-deep` beyond 32 levels. What is no JSON is left to the parser. */
export function assertShallow(text: string): void {
  let depth = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfString(text, i);
    } else if ((code | BRACE_BIT) === OPEN) {
      depth += 1;
      if (depth > DEFAULTS.body_depth) {
        throw new AppError("body-too-deep", `The body may have ${DEFAULTS.body_depth} levels.`);
      }
    } else if ((code | BRACE_BIT) === CLOSE) {
      depth -= 1;
    }
  }
}
