/** What `msb runs fork` changes: pairs that were typed, read by what the run's graph takes, and what is wrong with them. */
import type { Run, RunPatch } from "@myspinbot/contracts/types.ts";
import leven from "leven";
import { ApiError } from "../../src/errors.ts";
import { Failure, usage, EXIT } from "../exit-codes.ts";
import { type Field, fieldsOf } from "../input/fields.ts";
import { camel, constant, type Later, readOptions } from "../input/read-input.ts";
import type { Session } from "../surroundings.ts";

/** By name what was typed, several times where a name stands several times. */
export type Pairs = ReadonlyMap<string, readonly string[]>;

/** @throws Failure for what is no `name=value` */
export function readPairs(option: string, texts: readonly string[] = []): Pairs {
  const pairs = new Map<string, string[]>();
  for (const text of texts) {
    const at = text.indexOf("=");
    if (at < 1) throw usage(`${option} takes name=value, not ${JSON.stringify(text)}.`);
    const name = text.slice(0, at);
    pairs.set(name, [...(pairs.get(name) ?? []), text.slice(at + 1)]);
  }
  return pairs;
}

/** What its graph takes, as far as that is known here by its name; of a client's own graph nothing is. */
export async function fieldsOfRun({ client, signal }: Session, { graph }: Run): Promise<Field[]> {
  try {
    const { input_schema } = await client.catalogue.graph(graph, { signal });
    return fieldsOf(input_schema).map((field) => ({
      ...field,
      option: `input ${field.name}`,
      consent: "consent",
    }));
  } catch (error) {
    if (error instanceof ApiError && error.is("not-found")) return [];
    throw error;
  }
}

/** Null where nothing stands behind the name. @returns what makes the values, after all of them were judged */
export function readInputs(fields: readonly Field[], pairs: Pairs, consent: boolean): Map<string, Later> {
  const known = new Map(fields.map((field) => [field.name, field]));
  const read = new Map<string, Later>();
  for (const [name, texts] of pairs) {
    const field = known.get(name);
    const [text = "", ...more] = texts;
    if (text === "" && more.length === 0) read.set(name, constant(null));
    else if (!field) read.set(name, constant(more.length > 0 ? texts.map(toValue) : toValue(text)));
    else if (more.length > 0 && !field.isList)
      throw usage(`--input ${name} takes one value, and was given ${texts.length}.`);
    else {
      const typed = { [camel(field.option)]: field.isList ? texts : text, consent };
      for (const [, later] of readOptions([field], typed)) read.set(name, later);
    }
  }
  return read;
}

/** JSON where it is some, else the text. */
function toValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Of `node.name`, where a node's name may have points in it. */
export function toParams(pairs: Pairs): NonNullable<RunPatch["params"]> {
  const params: Record<string, Record<string, unknown>> = {};
  for (const [name, texts] of pairs) {
    const at = name.lastIndexOf(".");
    const [text = "", ...more] = texts;
    if (at < 1) throw usage(`--param takes node.name=value, and ${JSON.stringify(name)} names no node.`);
    if (more.length > 0) throw usage(`--param ${name} takes one value, and was given ${texts.length}.`);
    const [node, param] = [name.slice(0, at), name.slice(at + 1)];
    params[node] = { ...params[node], [param]: text === "" ? null : toValue(text) };
  }
  return params;
}

const OPTIONS: readonly [pointer: RegExp, option: string][] = [
  [/^\/patch\/input\/([^/]+)(.*)$/, "--input $1$2"],
  [/^\/patch\/params\/([^/]+)\/(.*)$/, "--param $1.$2"],
  [/^\/patch\/params\/([^/]+)$/, "--param $1"],
  [/^\/from_node$/, "--from"],
];

/** What is wrong is said of the option, and of a node also which there are. */
export function worded(error: unknown, source: Run, from: string): unknown {
  if (!(error instanceof ApiError)) return error;
  if (error.is("node-not-found") || error.is("node-not-run"))
    return usage(`${error.problem.detail} ${nodesOf(source, from)}`);
  const { errors = [], title } = error.problem;
  if (errors.length === 0) return error;
  const lines = errors.map(({ pointer, detail }) => {
    const [form, option] = OPTIONS.find(([form]) => form.test(pointer)) ?? [];
    return `  ${form === undefined ? pointer : pointer.replace(form, option!)} ${detail}`;
  });
  return new Failure([`${title}:`, ...lines].join("\n"), EXIT.usage);
}

/** How many letters may be wrong in a name that is suggested. */
const NEAR = 2;
const MOST_NAMES = 30;

function nodesOf({ nodes }: Run, from: string): string {
  const ran = nodes.filter(({ attempt }) => attempt > 0).map(({ node_id }) => node_id);
  const near = ran.filter((id) => id !== from && leven(id, from) <= NEAR);
  if (near.length > 0) return `Did you mean ${near.join(" or ")}?`;
  if (ran.length === 0) return "None of its nodes has run.";
  return `These have run: ${ran.slice(0, MOST_NAMES).join(", ")}${ran.length > MOST_NAMES ? ", …" : ""}.`;
}
