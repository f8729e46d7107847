/** Writes what a run has put out into files of a person's choice. */
import { createWriteStream, renameSync, rmSync, statSync } from "node:fs";
import { dirname, extname, join, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Run } from "@myspinbot/contracts/types.ts";
import { EXIT, Failure, usage } from "./exit-codes.ts";
import type { Session } from "./surroundings.ts";

interface Made {
  readonly artifact_id: string;
  readonly name?: string;
  readonly media_type?: string;
}

/** Where a part of the output goes; without a name the ending of the file tells which part is meant. */
export interface Target {
  readonly output: string | undefined;
  /** `-` is standard output. */
  readonly path: string;
}

/** `film.mp4`, `captions=film.vtt`, `-`. @throws Failure for a place where nothing can be written */
export function toTarget(text: string): Target {
  const [, output, rest] = /^([a-z][a-z0-9_]*)=(.+)$/s.exec(text) ?? [];
  const path = rest ?? text;
  if (path === "-") return { output, path };
  const there = statSync(path, { throwIfNoEntry: false });
  if (there?.isDirectory() || path.endsWith(sep))
    throw usage(`--out needs the name of a file; ${path} is a folder.`);
  const folder = statSync(dirname(path), { throwIfNoEntry: false });
  if (!folder?.isDirectory())
    throw usage(`--out ${path} cannot be written: there is no folder ${dirname(path)}.`);
  return { output, path };
}

/** @returns where it lies, a line each */
export async function writeOutput(session: Session, run: Run, targets: readonly Target[]): Promise<string[]> {
  const places: string[] = [];
  for (const target of targets) {
    const [name, value] = partOf(run.output ?? {}, target);
    await write(session, target.path, value);
    if (target.path !== "-") places.push(`${name}: ${target.path}`);
  }
  return places;
}

function partOf(output: Record<string, unknown>, { output: name, path }: Target): [string, unknown] {
  const named = Object.entries(output);
  if (name !== undefined) {
    if (!Object.hasOwn(output, name)) throw noPart(`The run put out no "${name}"`, named);
    return [name, output[name]];
  }
  const files = named.filter(([, value]) => isMade(value));
  const only = files.length > 0 ? files : named;
  const fit =
    path === "-" ? only : only.filter(([, value]) => endingOf(value) === extname(path).toLowerCase());
  const chosen = fit.length === 1 ? fit[0] : only.length === 1 ? only[0] : undefined;
  if (chosen === undefined) throw noPart(`Which part of the output ${path} means is not clear`, named);
  return chosen;
}

function noPart(why: string, named: readonly [string, unknown][]): Failure {
  const names = named.map(([name]) => name).join(", ") || "nothing";
  return new Failure(
    `${why}: there is ${names}. Say --out <name>=<file>; \`msb runs fetch\` gets it now.`,
    EXIT.failed,
  );
}

function isMade(value: unknown): value is Made {
  return typeof value === "object" && value !== null && typeof (value as Made).artifact_id === "string";
}

function endingOf(value: unknown): string {
  return isMade(value) ? extname(value.name ?? "").toLowerCase() : "";
}

/** Whole or not at all: what breaks off leaves nothing that looks like a film. */
async function write(session: Session, path: string, value: unknown): Promise<void> {
  const bytes = isMade(value)
    ? session.client.artifacts.stream(value.artifact_id, { signal: session.signal })
    : [typeof value === "string" ? value : JSON.stringify(value, undefined, 2)];
  if (path === "-") return pipeline(Readable.from(bytes), session.stdout, { end: false });
  const part = join(dirname(path), `.${process.pid}.part`);
  try {
    await pipeline(Readable.from(bytes), createWriteStream(part, { flags: "wx" }));
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new Failure(
      `The run has succeeded, but ${path} cannot be written: ${(error as Error).message}. \`msb runs fetch\` tries again.`,
      EXIT.failed,
    );
  }
}
