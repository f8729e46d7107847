/** One command: the options that all have, its examples, and the session that it works in. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { TIMEOUT_S, toSession, type ConnectionOptions } from "./connection.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Session, Surroundings } from "./surroundings.ts";
import { say, table } from "./text.ts";

/** One call of `msb`. */
export interface Host {
  readonly around: Surroundings;
  /** All that stands behind `msb`. */
  readonly typed: readonly string[];
  /** Once it is known who is asked. */
  session: Session | undefined;
  exitCode?: ExitCode;
}

export interface Doing<Options> {
  readonly session: Session;
  readonly options: Options;
  /** What stands without dashes. */
  readonly words: readonly string[];
}

export interface CommandText {
  /** With its arguments: `show <run>`. */
  readonly name: string;
  readonly about: string;
  /** Of typing, a line each. */
  readonly examples: readonly string[];
}

/** @param work how to end, if not with 0 */
export function addCommand<Options = unknown>(
  parent: Command,
  host: Host,
  { name, about, examples }: CommandText,
  work: (doing: Doing<Options>) => Promise<ExitCode | void>,
): Command {
  const command = withConnection(parent.command(name).description(about));
  return command.addHelpText("after", examplesText(examples)).action(async () => {
    const options = command.optsWithGlobals<ConnectionOptions & Options>();
    host.session = toSession(host.around, options);
    const code = await work({
      session: host.session,
      options,
      words: command.processedArgs.flat() as string[],
    });
    if (code !== undefined) host.exitCode = code;
  });
}

/** A word that has commands below it. */
export function addGroup(parent: Command, name: string, about: string): Command {
  return parent.command(name).description(about).helpCommand(false);
}

export function withConnection(command: Command): Command {
  return command
    .addOption(new Option("--url <address>", "the gateway; MSB_URL, or http://127.0.0.1:8787, by default"))
    .addOption(new Option("--key <key>", "the API key; better in MSB_KEY or MSB_KEY_FILE"))
    .addOption(
      new Option(
        "--timeout <seconds>",
        `how long an answer is waited for; ${TIMEOUT_S} by default. What is watched is not cut off`,
      ).argParser(wholeNumber),
    )
    .addOption(new Option("--json", "print what the gateway answered, as JSON"));
}

export function examplesText(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((line) => `  ${line}`).join("\n")}`;
}

/** For `argParser` of options. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("It must be a whole number above 0.");
  return Number(text);
}

export const LIMIT = (): Option =>
  new Option("--limit <number>", "at most so many").argParser(wholeNumber).default(50);

/** The first rows of a list that may be endless. */
export async function firstOf<Row>(rows: AsyncIterable<Row>, limit: number): Promise<Row[]> {
  const found: Row[] = [];
  for await (const row of rows) if (found.push(row) >= limit) break;
  return found;
}

/** Rows as JSON or as a table; that there are none is said where no program reads it. */
export function printRows<Row>(
  session: Session,
  rows: readonly Row[],
  { head, toCells }: { head: readonly string[]; toCells: (row: Row) => readonly (string | undefined)[] },
): void {
  if (session.json) printJson(session, rows);
  else if (rows.length === 0) say(session.stderr, "There are none.");
  else say(session.stdout, table(session.stdout, head, rows.map(toCells)));
}

export function printJson({ stdout }: Session, value: unknown): void {
  stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
