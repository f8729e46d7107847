/** Finds the numbers of a JSON text that parsing would change: 64 bits cannot keep every number that can be written. */
import { endOfString } from "./end-of-string.ts";
import type { FieldError } from "./errors/app-error.ts";
import { escapePointer } from "./errors/field-errors.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
/** `[` and `{`, `]` and `}` differ in this bit only. */
const BRACE_BIT = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const OBJECT_OPEN = 0x7b;

const NUMBER = /-?\d[\d.eE+-]*/y;
/** Every number of so few characters, without an exponent, is kept. */
const SHORT = 15;
/** What most languages print at most of a 64-bit number; the shortest form is what the others print. */
const PRINTED_DIGITS = 17;

/** More than anybody reads; each costs a copy of its keys. */
export const MOST_ERRORS = 100;

/** Where the scan is in one list or object. */
interface Level {
  isObject: boolean;
  index: number;
  /** Where the last string seen begins and ends, which is the key once its colon came. */
  keyStart: number;
  keyEnd: number;
}

/**
 * Whether reading `token` (a JSON number) and writing it again gives the same number. A fraction may also be given in
 * 17 digits, of which some say nothing: 0.10000000000000001 is 0.1.
 */
export function isKept(token: string): boolean {
  if (token.length <= SHORT && !/[eE]/.test(token)) return true;
  const value = Number(token);
  if (!Number.isFinite(value)) return false;
  const given = decimalOf(token);
  if (given === decimalOf(String(value))) return true;
  return !Number.isInteger(value) && given === decimalOf(value.toPrecision(PRINTED_DIGITS));
}

/**
 * One error per number that would change, in the order of the text, of the first 100. One pass, whatever the text holds.
 * @param text valid JSON
 */
export function inexactNumbers(text: string): FieldError[] {
  const levels: Level[] = [];
  const errors: FieldError[] = [];
  for (let i = 0; i < text.length && errors.length < MOST_ERRORS; i += 1) {
    const code = text.charCodeAt(i);
    const level = levels.at(-1);
    if (code === QUOTE) {
      const start = i;
      i = endOfString(text, i);
      if (level) {
        level.keyStart = start;
        level.keyEnd = i + 1;
      }
    } else if ((code | BRACE_BIT) === OPEN) {
      levels.push({ isObject: code === OBJECT_OPEN, index: 0, keyStart: 0, keyEnd: 0 });
    } else if ((code | BRACE_BIT) === CLOSE) {
      levels.pop();
    } else if (code === COMMA && level) {
      level.index += 1;
    } else if (code !== COLON) {
      const token = numberAt(text, i);
      if (token === "") continue;
      if (!isKept(token)) errors.push({ pointer: pointerOf(text, levels), detail: "cannot be kept exactly" });
      i += token.length - 1;
    }
  }
  return errors;
}

function numberAt(text: string, at: number): string {
  NUMBER.lastIndex = at;
  return NUMBER.exec(text)?.[0] ?? "";
}

function pointerOf(text: string, levels: Level[]): string {
  return levels
    .map(({ isObject, index, keyStart, keyEnd }) =>
      isObject ? `/${escapePointer(JSON.parse(text.slice(keyStart, keyEnd)) as string)}` : `/${index}`,
    )
    .join("");
}

/** The one form of all ways to write a number: `-123e-5`, its digits without zeros at either end. */
function decimalOf(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = trimZerosBefore(whole + fraction);
  const significant = trimZerosBehind(digits);
  if (significant === "") return "0";
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${sign}${significant}e${power}`;
}

/** By hand: `/0+$/` looks again from every zero. */
function trimZerosBehind(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === "0") end -= 1;
  return digits.slice(0, end);
}

function trimZerosBefore(digits: string): string {
  return digits.replace(/^0+/, "");
}
