/** The folder in which a command was typed; npm itself goes to the repository's root. */
import { resolve } from "node:path";

export const CALLER = process.env.INIT_CWD ?? process.cwd();

/** A path as the person meant it. */
export function fromCaller(path: string): string {
  return resolve(CALLER, path);
}
