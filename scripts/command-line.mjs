/** Reads what was said to a command by its row in the table of commands, and writes its help text. */
import { parseArgs } from "node:util";
import { COMMANDS } from "./commands.mjs";

/** Something that was typed cannot be meant; the message says what, in one sentence. */
export class UsageError extends Error {}

const HELP = { help: { short: "h", help: "this text" } };
const WIDTH = 100;

/**
 * @param {string} name of the command
 * @param {string[]} args as they were typed after it
 * @returns {{values: Record<string, any>, words: string[], help: boolean}}
 * @throws {UsageError} for what the table does not know, before anything was done
 */
export function readCommandLine(name, args) {
  const { words = { most: 0 } } = COMMANDS[name];
  const options = optionsOf(name);
  const { tokens } = parseArgs({
    args,
    options: Object.fromEntries(Object.entries(options).map(([key, option]) => [key, toParseArgs(option)])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const read = { values: {}, words: [], help: false };
  let many;
  for (const token of tokens) {
    if (token.kind === "option") many = takeOption(name, options, token, read);
    else if (token.kind === "positional" && many) read.values[many].push(token.value);
    else if (token.kind === "positional") read.words.push(token.value);
  }
  if (read.values.help) return { ...read, help: true };
  const surplus = read.words[words.most];
  if (surplus !== undefined) refuse(name, `does not know what to do with "${surplus}"`);
  const strange = words.among && read.words.find((word) => !words.among.includes(word));
  if (strange !== undefined) refuse(name, `knows no "${strange}"`);
  if (read.words.length < (words.least ?? 0)) refuse(name, `needs ${words.name.split(" ")[0]}`);
  return read;
}

/**
 * npm keeps what stands before "--" for itself, and says so in the environment only.
 * @throws {UsageError} if that was meant for the command
 */
export function refuseWhatNpmTook(name, env) {
  const taken = Object.keys(COMMANDS[name].options ?? {}).find(
    (key) => env[`npm_config_${key}`] !== undefined,
  );
  if (taken !== undefined)
    refuse(name, `did not get --${taken}, which npm takes for itself unless "--" goes before it`);
}

/** @returns {string | undefined} the option's name if further words belong to it, too */
function takeOption(name, options, { name: key, rawName, value, inlineValue }, { values }) {
  const option = Object.hasOwn(options, key) ? options[key] : undefined;
  if (option === undefined) refuse(name, `has no option ${rawName}`);
  if (!option.value) {
    if (value !== undefined) refuse(name, `takes nothing after ${rawName}`);
    values[key] = true;
    return undefined;
  }
  if (value === undefined || (!inlineValue && value.startsWith("-")))
    refuse(name, `needs ${option.value} after ${rawName}`);
  if (option.many) {
    values[key] = [...(values[key] ?? []), value];
    return key;
  }
  if (key in values) refuse(name, `takes ${rawName} once`);
  values[key] = value;
  return undefined;
}

function refuse(name, why) {
  throw new UsageError(`npm run ${name} ${why}: "npm run ${name} -- --help" says what it takes.`);
}

function optionsOf(name) {
  return { ...COMMANDS[name].options, ...HELP };
}

function toParseArgs({ value, many, short }) {
  return {
    type: value ? "string" : "boolean",
    ...(many ? { multiple: true } : {}),
    ...(short ? { short } : {}),
  };
}

/** @returns {string} the help text of a command */
export function helpOf(name) {
  const { about, more, words } = COMMANDS[name];
  const rows = Object.entries(optionsOf(name)).map(([key, { value, short, help }]) => [
    `${short ? `-${short}, ` : ""}--${key}${value ? ` ${value}` : ""}`,
    help,
  ]);
  if (words) rows.unshift([words.name, words.help]);
  const column = Math.max(...rows.map(([left]) => left.length)) + 4;
  const lines = rows.map(([left, right]) => `  ${left.padEnd(column - 2)}${wrap(right, column)}`);
  const synopsis = `npm run ${name} -- [options]${words ? ` ${words.name}` : ""}`;
  return [synopsis, "", about, ...(more ? [more] : []), "", ...lines].join("\n");
}

/** @returns {string} all commands, one a line */
export function overview() {
  return Object.entries(COMMANDS)
    .map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`)
    .join("\n");
}

function wrap(text, indent) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last && last.length + word.length + 1 > WIDTH - indent) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines.join(`\n${" ".repeat(indent)}`);
}
