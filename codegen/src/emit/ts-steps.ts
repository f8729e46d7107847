/** steps.ts: a typed caller for each step of the protocol, so that nobody counts KEYS and ARGV. */
import type { Source } from "../source.ts";
import { firstOf } from "../script-body.ts";
import type { Group, Head, Indexed, Value } from "../script-head.ts";
import { isPlain, listTypes, parametersOf, type Kind } from "../step-parameters.ts";
import { BANNER, toCamel, toPascal } from "./text.ts";

export function emitSteps({ scripts }: Source): string {
  const steps = [...scripts.steps].map(([name, { head }]) => caller(name, head));
  const many = [...scripts.steps].flatMap(([name, { head }]) => (head.isMany ? [`'${name}'`] : []));
  const shapes = [...scripts.types].map(([name, type]) => `export type ${name} = ${type};\n`);
  const items = [...listTypes(scripts)].map(([name, fields]) => {
    const lines = Object.entries(fields).map(([field, type]) => `  ${toCamel(field)}: ${tsType(type)};\n`);
    return `export interface ${toPascal(name)} {\n${lines.join("")}}\n`;
  });
  return `/** The steps of the protocol: what each takes and answers, as its head in schemas/redis says. ${BANNER} */
import type { Keys } from './keys.ts';
import type { ScriptName } from './scripts.ts';

/** One call of a step, ready for EVALSHA. */
export interface Step<Answer> {
  readonly script: ScriptName;
  readonly keys: string[];
  readonly args: (string | number)[];
  /** Never there: it carries the answer's type. */
  readonly answer?: Answer;
}

export type AnswerOf<Caller extends (...given: never[]) => Step<unknown>> = NonNullable<ReturnType<Caller>['answer']>;

${[...shapes, ...items].join("\n")}
/** Each name, and then its value. */
function inPairs(map: Readonly<Record<string, string>>): string[] {
  const flat: string[] = [];
  for (const name of Object.keys(map)) flat.push(name, map[name]!);
  return flat;
}

/** How many there are, and then they. */
function counted(args: (string | number)[]): (string | number)[] {
  args.unshift(args.length);
  return args;
}

/** Steps that take several calls at once, one behind the other: each is answered as if it were alone. */
export const MANY: ReadonlySet<ScriptName> = new Set([${many.join(", ")}]);

/** Where the values begin that have no number in a head, for those who name them by their index. */
export const FIRST = {
${[...scripts.steps].map(([name, { head }]) => first(name, head)).join("")}} as const;

export const steps = {
${steps.join("\n")}};
`;
}

function first(name: string, { keys, args }: Head): string {
  const parts = Object.entries({ key: keys, arg: args })
    .filter(([, indexed]) => indexed.groups.length > 0)
    .map(([word, indexed]) => `${word}: ${firstOf(indexed)}`);
  return parts.length > 0 ? `  ${name}: { ${parts.join(", ")} },\n` : "";
}

function caller(name: string, head: Head): string {
  const { type, about } = head.answer;
  const parameters = parametersOf(head);
  const fields = [...parameters].map(([field, kind]) => `${toCamel(field)}: ${tsParameter(kind)}`);
  const args = `[${values(head.args, parameters).join(", ")}]`;
  return `  /**
   * ${head.about}
   * @returns ${about ? `${type}: ${about}` : type}
   */
  ${toCamel(name)}: (keys: Keys, given: { ${fields.join("; ")} }): Step<${head.isMany ? `[${type}]` : type}> => ({
    script: '${name}',
    keys: [${values(head.keys, parameters).join(", ")}],
    args: ${head.isMany ? `counted(${args})` : args},
  }),
`;
}

function values({ fixed, groups }: Indexed, parameters: ReadonlyMap<string, Kind>): string[] {
  const numbered = fixed.map((value) => {
    if (value.kind !== "count") return expression(value, []);
    const list = `given.${toCamel(value.list)}`;
    return `${parameters.get(value.list)?.kind === "map" ? `Object.keys(${list})` : list}.length`;
  });
  return [...numbered, ...groups.map(spread)];
}

function spread({ list, variables, values }: Group): string {
  const given = `given.${toCamel(list)}`;
  const [source, parameter] =
    variables.length === 2
      ? [`Object.entries<string>(${given})`, `[${variables.map(toCamel).join(", ")}]`]
      : [given, toCamel(variables[0]!)];
  if (isPlain({ list, variables, values })) return `...${given}`;
  const isPairs = values.every((value, i) => value.kind === "value" && value.name === variables[i]);
  if (variables.length === 2 && isPairs && values.length === 2) return `...inPairs(${given})`;
  return `...${source}.flatMap((${parameter}) => [${values.map((value) => expression(value, variables)).join(", ")}])`;
}

function expression(value: Exclude<Value, { kind: "count" }>, variables: readonly string[]): string {
  const named = (name: string): string =>
    variables.includes(name) ? toCamel(name) : `given.${toCamel(name)}`;
  switch (value.kind) {
    case "value":
      return named(value.name) + (value.field === undefined ? "" : `.${toCamel(value.field)}`);
    case "key": {
      const parts = value.parts.map(({ name, text }) => (text === undefined ? named(name) : `'${text}'`));
      return `keys.${value.isChannel ? "channels." : ""}${value.family}(${parts.join(", ")})`;
    }
  }
}

function tsParameter(kind: Kind): string {
  if (kind.kind === "one") return tsType(kind.type);
  if (kind.kind === "map") return "Readonly<Record<string, string>>";
  return `readonly ${kind.item === undefined ? "string" : toPascal(kind.item)}[]`;
}

const tsType = (type: string): string => (type === "int" ? "number" : type);
