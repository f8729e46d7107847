/** Judges what was wished by the schema of the graph's input, in words of the command line. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../command-line.mjs";
import { ROOT } from "../services/binaries.ts";

interface Property {
  readonly type?: string;
  readonly enum?: readonly (string | number)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

const SPOKEN = ["--topic", "--text"];

const FILE = join(ROOT, "schemas", "graphs", "talking-avatar.input.schema.json");
const { properties } = JSON.parse(readFileSync(FILE, "utf8")) as { properties: Record<string, Property> };

/**
 * @param option as it was typed, with its dashes
 * @param field of the graph's input
 * @param words what fits, for a field whose schema does not say it in words
 * @returns the value as the graph takes it
 * @throws {UsageError} in one sentence
 */
export function judged(option: string, field: string, text: string, words?: string): string | number {
  const property = properties[field] ?? {};
  const isNumber = property.type === "integer" || property.type === "number";
  const value = isNumber ? Number(text) : text;
  const fits = words ?? inWords(property);
  const good =
    typeof value === "number"
      ? /^\d+$/.test(text) && fitsNumber(value, property)
      : fitsText(option, value, property);
  if (!good) throw new UsageError(`${option} is ${fits}, not ${quoted(text)}.`);
  return value;
}

function fitsNumber(value: number, property: Property): boolean {
  const { enum: among, minimum = -Infinity, maximum = Infinity, multipleOf = 1 } = property;
  return (among?.includes(value) ?? true) && value >= minimum && value <= maximum && value % multipleOf === 0;
}

function fitsText(
  option: string,
  text: string,
  { enum: among, maxLength = Infinity, pattern }: Property,
): boolean {
  if (among !== undefined) return among.includes(text);
  if (text.trim() === "") throw new UsageError(`${option} is empty: say something, or leave it out.`);
  const length = [...text].length;
  if (length > maxLength)
    throw new UsageError(`${option} has ${length} characters; at most ${maxLength} are taken.`);
  if (SPOKEN.includes(option) && !/[\p{L}\p{N}]/u.test(text))
    throw new UsageError(`${option} needs at least one letter or digit; ${quoted(text)} has none.`);
  return pattern === undefined || new RegExp(pattern, "u").test(text);
}

function inWords({ enum: among, type, minimum, maximum, multipleOf }: Property): string {
  if (among !== undefined) return oneOf(among.map(String));
  if (type === "integer")
    return `${multipleOf === 2 ? "an even" : "a whole"} number from ${minimum} to ${maximum}`;
  return "of another kind";
}

/** `a, b or c` */
export function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function quoted(text: string): string {
  return JSON.stringify([...text].length > 40 ? `${[...text].slice(0, 40).join("")}…` : text);
}
