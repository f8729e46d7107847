/** Files that a person names: looked at before anything is sent, then uploaded. */
import { type Stats, readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { ApiError } from "../../src/errors.ts";
import { usage } from "../exit-codes.ts";
import type { Session } from "../surroundings.ts";
import { bytesOf } from "../text.ts";

/** Answers that are about the file. */
const REFUSED: ReadonlySet<number> = new Set([400, 413, 415, 422]);
/** The bytes tell which kind they are; the gateway looks at them. */
const SOME_BYTES = "application/octet-stream";

/** @param option for the sentence that says what is wrong. @throws Failure */
export function assertFile(option: string, path: string): void {
  const there = statOf(path);
  if (there === undefined) throw usage(`--${option}: there is no file ${path}.`);
  if (!there.isFile())
    throw usage(`--${option}: ${path} is ${there.isDirectory() ? "a folder" : "no ordinary file"}.`);
  if (there.size === 0) throw usage(`--${option}: ${path} is empty.`);
  if (there.size > DEFAULTS.file_bytes)
    throw usage(
      `--${option}: ${path} is too large: it has ${bytesOf(there.size)}, and ${bytesOf(DEFAULTS.file_bytes)} are taken at most.`,
    );
}

export function isFile(path: string): boolean {
  return statOf(path)?.isFile() === true;
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/** @throws Failure that names the option, when the gateway does not take the file */
export async function upload({ client, signal }: Session, option: string, path: string): Promise<string> {
  const content = { bytes: readFileSync(path), mediaType: SOME_BYTES };
  try {
    return (await client.files.upload(content, { name: basename(path), signal })).file_id;
  } catch (error) {
    if (error instanceof ApiError && REFUSED.has(error.status))
      throw usage(`--${option}: ${path} is not taken. ${error.message}`);
    throw error;
  }
}
