/** Starts a run of what was typed, watches it if that is wished, and writes what it put out. */
import type { Graph, Run, RunCreate } from "@myspinbot/contracts/types.ts";
import { ApiError } from "../../src/errors.ts";
import { EXIT, type ExitCode, Failure, usage } from "../exit-codes.ts";
import type { Chosen } from "../input/choose-graph.ts";
import type { Field, InputSchema } from "../input/fields.ts";
import { readDocument, readOptions, type Typed } from "../input/read-input.ts";
import { toTarget } from "../output.ts";
import type { Session } from "../surroundings.ts";
import { say } from "../text.ts";
import { follow, forget } from "./follow-run.ts";
import type { RunOptions } from "./options.ts";

/** @returns how the command ends, if not with 0 */
export async function startRun(
  session: Session,
  { graph, fields, schema }: Chosen,
  options: RunOptions,
): Promise<ExitCode | undefined> {
  const targets = (options.out ?? []).map(toTarget);
  const document = options.input === undefined ? {} : await readDocument(session, options.input);
  const typed = readOptions(fields, options as Typed);
  assertComplete(schema, fields, new Set([...Object.keys(document), ...typed.keys()]));
  const { body, uploaded } = { body: toBody(graph, options), uploaded: [] as string[] };
  let run: Run;
  try {
    const input = { ...document };
    for (const [name, later] of typed)
      input[name] = await later(session, (file_id) => uploaded.push(file_id));
    const { idempotencyKey } = options;
    run = await session.client.runs.submit(
      { ...body, input },
      { ...(idempotencyKey && { idempotencyKey }), signal: session.signal },
    );
  } catch (error) {
    await forget(session, uploaded);
    if (session.signal.aborted) say(session.stderr, "Stopped. If the run was started, msb runs ls shows it.");
    throw worded(error, fields);
  }
  return follow(session, run, { watch: options.watch === true, targets });
}

function toBody(
  graph: string | Graph,
  { tag, metadata, webhook, priority, startWithin, endWithin }: RunOptions,
): RunCreate {
  const deadlines = {
    ...(startWithin === undefined ? {} : { start_s: startWithin }),
    ...(endWithin === undefined ? {} : { run_s: endWithin }),
  };
  return {
    graph,
    ...(tag && { tags: tag }),
    ...(metadata && { metadata: Object.fromEntries(metadata.map(pair)) }),
    ...(priority && { priority }),
    ...(webhook && { webhook: { url: webhook } }),
    ...(Object.keys(deadlines).length === 0 ? {} : { deadlines }),
  };
}

function pair(text: string): [string, string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw usage(`--metadata takes name=value, not ${JSON.stringify(text)}.`);
  return [name, value!];
}

/** What the schema surely wants is said before files travel. */
function assertComplete(
  schema: InputSchema & { anyOf?: { required?: string[] }[] },
  fields: readonly Field[],
  given: ReadonlySet<string>,
): void {
  const option = (name: string): string => `--${fields.find((field) => field.name === name)?.option ?? name}`;
  const missing = (schema.required ?? []).filter((name) => !given.has(name));
  if (missing.length > 0)
    throw usage(`${missing.map(option).join(" and ")} ${missing.length > 1 ? "are" : "is"} missing.`);
  const ways = (schema.anyOf ?? []).map(({ required = [] }) => required);
  if (ways.length > 0 && !ways.some((names) => names.every((name) => given.has(name))))
    throw usage(`${ways.map((names) => names.map(option).join(" with ")).join(" or ")} is missing.`);
}

/** What is wrong with a field is said of its option. */
function worded(error: unknown, fields: readonly Field[]): unknown {
  if (!(error instanceof ApiError) || !error.is("invalid-input")) return error;
  const lines = (error.problem.errors ?? []).map(({ pointer, detail }) => {
    const [, name = "", rest = ""] = /^\/input\/([^/]+)(.*)$/.exec(pointer) ?? [];
    const field = fields.find((each) => each.name === name);
    return `  ${field === undefined ? pointer : `--${field.option}${rest}`} ${detail}`;
  });
  return new Failure([`${error.problem.title}:`, ...lines].join("\n"), EXIT.usage);
}
