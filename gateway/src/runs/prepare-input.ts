/** Checks a run's input against its graph and turns files into artifact references. */
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { AppError, type FieldError } from "../errors/app-error.ts";
import { escapePointer, fieldErrors } from "../errors/field-errors.ts";
import type { RunnableGraph } from "../graphs/catalogue.ts";
import { choiceProblems } from "../graphs/chosen-engine.ts";
import type { InputSpec } from "../graphs/input-fields.ts";
import type { NodeTypes } from "../graphs/node-types.ts";
import { checkGiven } from "./check-given.ts";
import { checkLists, valueProblems } from "./check-lists.ts";
import { knownOf } from "./known-graph.ts";
import type { Soon } from "../soon.ts";
import { resolveFiles, type OwnFiles, type Typed } from "./resolve-files.ts";

type Input = Record<string, unknown>;

const encoder = new TextEncoder();

/** The input as the nodes see it, and the ids of the files in it. */
export interface PreparedInput {
  input: Input;
  files: string[];
  texts: InputTexts;
}

/** The same as JSON. */
export interface InputTexts {
  asSent: string;
  resolved: string;
}

/**
 * From here on the files are kept for the run.
 * @throws AppError `invalid-input`, `file-not-found`, `file-incomplete`, with pointers into the request.
 */
export function prepareInput(
  accepted: RunnableGraph,
  input: Input,
  files: OwnFiles,
  nodeTypes: NodeTypes,
): Soon<PreparedInput> {
  const asSent = checkedInput(accepted, input, nodeTypes);
  const { files: typed } = knownOf(accepted);
  if (typed.size === 0) return { input, files: [], texts: { asSent, resolved: asSent } };
  return withFiles({ accepted, input, asSent }, files, typed);
}

/** The input as JSON. */
function checkedInput(accepted: RunnableGraph, input: Input, nodeTypes: NodeTypes): string {
  const problems = checkFields(accepted.input, input);
  const { needed, hasChoices } = knownOf(accepted);
  if (needed.size > 0 || hasChoices) {
    const told = new Set(problems.map(({ pointer }) => pointer));
    const more = [...missingFields(accepted, input), ...choiceProblems(accepted.graph, nodeTypes, input)];
    problems.push(...more.filter(({ pointer }) => !told.has(pointer)));
  }
  if (problems.length === 0) problems.push(...checkGiven(accepted, input));
  if (problems.length === 0) problems.push(...checkLists(accepted.graph, input));
  if (problems.length > 0) throw invalidInput(accepted, problems);
  const asSent = JSON.stringify(input);
  if (bytesOf(asSent) > DEFAULTS.input_bytes) {
    throw invalidInput(accepted, [{ pointer: "/input", detail: `may have ${DEFAULTS.input_bytes} bytes` }]);
  }
  return asSent;
}

async function withFiles(
  { accepted, input, asSent }: { accepted: RunnableGraph; input: Input; asSent: string },
  own: OwnFiles,
  typed: ReadonlyMap<string, Typed>,
): Promise<PreparedInput> {
  const used = new Set<string>();
  const invalid = (pointer: string, detail: string) => invalidInput(accepted, [{ pointer, detail }]);
  const resolved = { ...input };
  await Promise.all(
    Object.keys(input).map(async (field) => {
      const each = typed.get(field);
      if (each) resolved[field] = await resolveFiles({ own, used, invalid }, input[field], each);
    }),
  );
  if (used.size === 0) return { input, files: [], texts: { asSent, resolved: asSent } };
  return { input: resolved, files: [...used], texts: { asSent, resolved: JSON.stringify(resolved) } };
}

/** No text has more bytes than three for each of its units: of a short one they need not be counted. */
function bytesOf(text: string): number {
  return 3 * text.length <= DEFAULTS.input_bytes ? text.length : encoder.encode(text).byteLength;
}

function invalidInput({ graph }: RunnableGraph, errors: FieldError[]): AppError {
  const [first] = errors;
  return new AppError(
    "invalid-input",
    `The input does not fit the graph "${graph.name}": ${first?.pointer} ${first?.detail}.`,
    { errors },
  );
}

function checkFields(spec: InputSpec, input: Input): FieldError[] {
  if (spec.validator) return fieldErrors(spec.validator, input, "/input");
  const problems: FieldError[] = [];
  for (const [name, { type, required }] of spec.fields) {
    const pointer = `/input/${name}`;
    if (!Object.hasOwn(input, name)) {
      if (required) problems.push({ pointer, detail: "is missing" });
    } else {
      problems.push(...valueProblems(type, input[name], pointer));
    }
  }
  for (const name of Object.keys(input)) {
    if (!spec.fields.has(name))
      problems.push({ pointer: `/input/${escapePointer(name)}`, detail: "is not a known field" });
  }
  return problems;
}

/** Fields that the schema leaves open but a node of the graph needs. */
function missingFields(accepted: RunnableGraph, input: Input): FieldError[] {
  const missing = [...knownOf(accepted).needed].filter(([field]) => !Object.hasOwn(input, field));
  return missing.map(([field, who]) => ({
    pointer: `/input/${field}`,
    detail: `is missing, and the ${who} needs it`,
  }));
}
