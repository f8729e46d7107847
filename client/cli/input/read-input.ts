/** Makes the input of a run of what was typed: a document first, then options, whose files are uploaded. */
import { readFileSync } from "node:fs";
import { usage } from "../exit-codes.ts";
import type { Session } from "../surroundings.ts";
import type { Field } from "./fields.ts";
import { assertFile, isFile, upload } from "./files.ts";

type Input = Record<string, unknown>;
export type Typed = Readonly<Record<string, unknown>>;

/** What becomes a value when files are uploaded; nothing was sent before all of it was read. */
export type Later = (session: Session, uploaded: (file_id: string) => void) => Promise<unknown>;

/** @param path of a JSON document, or `-` for what comes in */
export async function readDocument({ stdin }: Pick<Session, "stdin">, path: string): Promise<Input> {
  const text = path === "-" ? await readAll(stdin) : readText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw usage(`${path === "-" ? "What came in" : path} is no JSON: ${(error as Error).message}.`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw usage(`${path === "-" ? "What came in" : path} is no JSON object of the input's fields.`);
  return value as Input;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw usage(`${path} cannot be read: ${(error as Error).message}.`);
  }
}

async function readAll(stdin: Session["stdin"]): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of stdin) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}

/** Reads options. @returns what makes the values, after all of them were judged. @throws Failure */
export function readOptions(fields: readonly Field[], typed: Typed): Map<string, Later> {
  const read = new Map<string, Later>();
  for (const field of fields) {
    const value = typed[camel(field.option)];
    if (value === undefined) continue;
    read.set(field.name, toLater(field, value, typed));
  }
  return read;
}

function toLater(field: Field, value: unknown, typed: Typed): Later {
  if (!field.isList) return toOne(field, value, typed);
  const all = (value as unknown[]).map((one) => toOne(field, one, typed));
  return async (session, uploaded) => {
    const values: unknown[] = [];
    for (const one of all) values.push(await one(session, uploaded));
    return values;
  };
}

function toOne(field: Field, value: unknown, typed: Typed): Later {
  const { kind, option } = field;
  if (typeof value === "boolean") return async () => value;
  const text = String(value);
  if (kind === "file") return toFile(option, text);
  if (kind === "voice") return toVoice(field, text, typed);
  if (kind === "number") return constant(toNumber(option, text));
  if (kind === "text") return constant(text);
  return constant(toJson(option, text));
}

export const constant =
  (value: unknown): Later =>
  async () =>
    value;

function toFile(option: string, path: string): Later {
  assertFile(option, path);
  return async (session, uploaded) => {
    const file_id = await upload(session, option, path);
    uploaded(file_id);
    return { file_id };
  };
}

/** What is a file is a clip of a speaker; anything else is a name. */
function toVoice({ option, consent }: Field, text: string, typed: Typed): Later {
  if (!isFile(text)) return constant({ name: text });
  if (typed[camel(consent)] !== true)
    throw usage(`--${option} with a file needs --${consent}: its speaker must have agreed.`);
  const file = toFile(option, text);
  return async (...given) => ({ ...((await file(...given)) as Input), consent: true });
}

function toNumber(option: string, text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (!Number.isFinite(value)) throw usage(`--${option} takes a number, not ${JSON.stringify(text)}.`);
  return value;
}

function toJson(option: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usage(`--${option} takes JSON, as in '{"name": "…"}'; ${JSON.stringify(text)} is none.`);
  }
}

/** As commander names what it read. */
export function camel(option: string): string {
  return option.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
