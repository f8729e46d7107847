/** Reads the head of a Lua script: what it takes as KEYS and ARGV, and what it answers. Grammar in schemas/README.md. */
import { parseTemplate } from "./template.ts";

/** One KEYS or ARGV index: where its value comes from. */
export type Value =
  /** A parameter of the caller, or the variable of a group; `field` = of the group's item. */
  | { kind: "value"; name: string; field?: string; type: string }
  /** How many a list has. */
  | { kind: "count"; list: string }
  /** A name of wire.json; its placeholders are parameters, variables or texts. */
  | { kind: "key"; family: string; isChannel: boolean; parts: { name: string; text?: string }[] };

/** What follows the numbered indexes: some values per element of a list, or per name and value of a map. */
export interface Group {
  list: string;
  /** One for a list, two for a map. */
  variables: string[];
  values: Exclude<Value, { kind: "count" }>[];
}

export interface Indexed {
  fixed: Value[];
  groups: Group[];
}

export interface Head {
  /** What the script does. */
  about: string;
  keys: Indexed;
  args: Indexed;
  /** A TypeScript type, and what it means. */
  answer: { type: string; about: string };
  /** It takes several calls at once: KEYS and ARGV of each one behind the other, and answers a list of theirs. */
  isMany: boolean;
}

export interface WireTemplates {
  keys: Record<string, { template: string }>;
  channels: Record<string, { template: string }>;
}

/** @throws Error for a head without one of the three, or with something that cannot be read */
export function readHead(lua: string, wire: WireTemplates): Head {
  const paragraphs = paragraphsOf(lua);
  const after = (word: string): string => {
    const found = paragraphs.find((text) => text.startsWith(`${word} `));
    if (found === undefined) throw new Error(`its head has no ${word}`);
    return found.slice(word.length + 1);
  };
  const keys = readIndexed(after("KEYS"), (text) => given(text) ?? readKey(text, wire));
  const args = readIndexed(after("ARGV"), (text) =>
    /^\w*[A-Z]|^channels\.|^(?!count\()\w+\(/.test(text) ? readKey(text, wire) : readValue(text),
  );
  const [type = "", ...about] = after("Answer").split("; ");
  const first = paragraphs.findIndex((text) => /^(KEYS|ARGV|Answer) /.test(text));
  return {
    about: paragraphs.slice(0, first).join(" "),
    keys,
    args,
    answer: { type, about: about.join("; ") },
    isMany: paragraphs.some((text) => text.startsWith("Many ")),
  };
}

/** The comment above the first line of code; lines that are set in go on with the paragraph before. */
export function paragraphsOf(lua: string): string[] {
  const paragraphs: string[] = [];
  for (const line of lua.replace(/^#!.*\n/, "").split("\n")) {
    const [, space, text] = /^--( +)(.*)$/.exec(line) ?? [];
    if (space === undefined || text === undefined || text.startsWith("@include")) break;
    if (space.length > 1) paragraphs[paragraphs.length - 1] += ` ${text}`;
    else paragraphs.push(text);
  }
  return paragraphs;
}

type Read = (text: string) => Value;

function readIndexed(text: string, read: Read): Indexed {
  const [numbered = "", ...rest] = text.replaceAll(/ \([^()]*\)/g, "").split(/(?:^|, )then per /);
  const fixed = commaParts(numbered).map((part, i) => {
    const [, number, source] = /^(\d+) (.+)$/.exec(part) ?? [];
    if (Number(number) !== i + 1) throw new Error(`its head says "${part}" where index ${i + 1} is due`);
    return read(source!);
  });
  return { fixed, groups: rest.map((group) => readGroup(group, read)) };
}

function readGroup(text: string, read: Read): Group {
  const [, names, list, values] = /^(\w+(?:, \w+)?) of (\w+): (.+)$/.exec(text) ?? [];
  if (names === undefined || list === undefined || values === undefined)
    throw new Error(`its head says "then per ${text}", not "then per <variable> of <list>: <values>"`);
  const each = commaParts(values).map((value) => {
    const source = read(value);
    if (source.kind === "count")
      throw new Error(`its head counts ${source.list} where it goes through ${list}`);
    return source;
  });
  return { list, variables: names.split(", "), values: each };
}

/** A key that the caller knows, as in `<stream>`, or the variable of a group. */
function given(text: string): Value | undefined {
  const [, name] = /^<(\w+)>$/.exec(text) ?? [];
  return name === undefined ? undefined : { kind: "value", name, type: "string" };
}

function readValue(text: string): Value {
  const [, list] = /^count\((\w+)\)$/.exec(text) ?? [];
  if (list !== undefined) return { kind: "count", list };
  const [, name, field, type = "string"] = /^([a-z_]+)(?:\.([a-z_]+))?(?: (int|'.+'))?$/.exec(text) ?? [];
  if (name === undefined) throw new Error(`its head says "${text}", which is no name of a value`);
  return { kind: "value", name, ...(field === undefined ? {} : { field }), type };
}

function readKey(text: string, wire: WireTemplates): Value {
  const [, channel, family = "", said] = /^(channels\.)?(\w+)(?:\(([^()]*)\))?$/.exec(text) ?? [];
  const isChannel = channel !== undefined;
  const families = isChannel ? wire.channels : wire.keys;
  if (!Object.hasOwn(families, family))
    throw new Error(`its head says "${text}", which wire.json does not know`);
  const { template } = families[family]!;
  const places = parseTemplate(template).placeholders;
  const named = said === undefined ? [] : commaParts(said);
  if (named.length >= places.length) throw new Error(`${text} has more arguments than ${template}`);
  const parts = places.map((name, i) => {
    const argument = i === 0 ? undefined : named[i - 1];
    if (argument === undefined) return { name };
    return argument.startsWith("'") ? { name, text: argument.slice(1, -1) } : { name: argument };
  });
  return { kind: "key", family, isChannel, parts };
}

/** Parts between the commas that are not within brackets. */
function commaParts(text: string): string[] {
  return text.trim() ? text.split(/, (?![^(]*\))/).map((part) => part.trim()) : [];
}
