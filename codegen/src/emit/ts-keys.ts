/** keys.ts: the only functions in TypeScript that spell a key, a channel or the path of an object. */
import type { Source, Wire } from "../source.ts";
import { parseTemplate } from "../template.ts";
import { BANNER } from "./text.ts";

export function emitKeys({ wire }: Source): string {
  const keys = Object.entries(wire.keys).map(
    ([name, { template, type }]) => `    /** ${type} */\n    ${name}: ${builder(template, "part")},\n`,
  );
  const channels = Object.entries(wire.channels).map(
    ([name, { template, message }]) =>
      `      /** ${message} */\n      ${name}: ${builder(template, "part")},\n`,
  );
  const objects = Object.entries(wire.objects).map(
    ([name, template]) => `  ${name}: ${builder(template, "segment")},\n`,
  );
  const timers = Object.entries(wire.timers).map(
    ([name, template]) => `  ${name}: ${builder(template, "part")},\n`,
  );
  return `/** Builders of all names in Redis and of paths in the object store. ${BANNER} */

${checks(wire)}
export type Keys = ReturnType<typeof createKeys>;

/** An empty last argument gives the prefix of a family of keys, where the name ends with that argument. */
export function createKeys(prefix: string) {
  part('prefix', prefix);
  /** What all keys of a shard begin with: there are few shards, and many keys. */
  const heads = new Map<string, string>();
  const head = (shard: string): string => {
    const known = heads.get(shard);
    if (known !== undefined) return known;
    const made = \`\${prefix}:{\${shardName(shard)}}\`;
    heads.set(shard, made);
    return made;
  };
  return {
${keys.join("")}    channels: {
${channels.join("")}    },
  };
}

/** Paths in the bucket. */
export const objectKeys = {
${objects.join("")}};

/** Members of the timers' sorted set: what is due, for which run. */
export const timerMembers = {
${timers.join("")}};

/** A name as the last part of an object's path, which can hold less than a name may. */
export function objectName(name: string): string {
  const safe = name.replaceAll(/[^A-Za-z0-9_.-]+/g, '_').slice(0, 120);
  return /^\\.*$/.test(safe) ? 'file' : safe;
}

/** The shard that an id names, as in \`run_s0_01J...\`; empty, which no builder takes, if it names none. */
export function shardOfId(id: string): string {
  return /^[a-z]+_(s[0-9]{1,4})_[A-Za-z0-9]+$/.exec(id)?.[1] ?? '';
}
`;
}

function checks(wire: Wire): string {
  return `/** Safe in a key: no space, no brace that would move the hash tag, nothing that SCAN or ACLs take as a pattern. */
const PART = /^[A-Za-z0-9_.|:%-]{1,200}$/;
const SEGMENT = /^(?!\\.+$)[A-Za-z0-9_.-]{1,200}$/;
const SHARD = /${wire.shard.pattern}/;

function checked(pattern: RegExp, name: string, value: string): string {
  if (!pattern.test(value)) throw new RangeError(\`not a safe \${name} for a key: \${JSON.stringify(value).slice(0, 80)}\`);
  return value;
}

function part(name: string, value: string): string {
  return checked(PART, name, value);
}

function segment(name: string, value: string): string {
  return checked(SEGMENT, name, value);
}

function shardName(value: string): string {
  return checked(SHARD, 'shard', value);
}
`;
}

function builder(template: string, check: "part" | "segment"): string {
  const { parts, placeholders, open } = parseTemplate(template);
  const text = parts.map((part, index) => {
    if (typeof part === "string") return part;
    if (part.name === "prefix") return "${prefix}";
    if (part.name === "shard") return "${shardName(shard)}";
    const checked = `${check}('${part.name}', ${part.name})`;
    const family = check === "part" && template.startsWith("<prefix>") && open && index === parts.length - 1;
    return family ? `\${${part.name} && ${checked}}` : `\${${checked}}`;
  });
  const said = text.join("").replace("${prefix}:{${shardName(shard)}}", "${head(shard)}");
  return `(${placeholders.map((name) => `${name}: string`).join(", ")}) => \`${said}\``;
}
