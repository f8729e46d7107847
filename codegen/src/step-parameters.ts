/** What the caller of a step is given, out of all that its head names. */
import type { Group, Head, Indexed, Value } from "./script-head.ts";
import type { Scripts } from "./script-source.ts";

export type Kind =
  | { kind: "one"; type: string }
  /** Of names and values. */
  | { kind: "map" }
  /** Of texts, or of items that are called so. */
  | { kind: "list"; item?: string };

/** Name -> kind, in the order in which the head first says them. @throws Error for a name of two kinds */
export function parametersOf(head: Head): Map<string, Kind> {
  const found = new Map<string, Kind>();
  const add = (name: string, kind: Kind): void => {
    const before = found.get(name);
    if (before && JSON.stringify(before) !== JSON.stringify(kind))
      throw new Error(`${name} is two things in a head`);
    found.set(name, kind);
  };
  for (const indexed of [head.keys, head.args]) addTo(add, indexed);
  return found;
}

function addTo(add: (name: string, kind: Kind) => void, { fixed, groups }: Indexed): void {
  for (const value of fixed) addValue(add, value, []);
  for (const { list, variables, values } of groups) {
    const hasFields = values.some((value) => value.kind === "value" && value.field !== undefined);
    add(
      list,
      variables.length === 2
        ? { kind: "map" }
        : { kind: "list", ...(hasFields ? { item: variables[0]! } : {}) },
    );
    for (const value of values) addValue(add, value, variables);
  }
}

function addValue(add: (name: string, kind: Kind) => void, value: Value, variables: readonly string[]): void {
  const names =
    value.kind === "value"
      ? [[value.name, value.type] as const]
      : value.kind === "key"
        ? value.parts.filter(({ text }) => text === undefined).map(({ name }) => [name, "string"] as const)
        : [];
  for (const [name, type] of names) if (!variables.includes(name)) add(name, { kind: "one", type });
}

/** Whether a group is the texts of its list, and nothing else. */
export function isPlain({ variables, values: [value, ...more] }: Group): boolean {
  if (variables.length > 1 || more.length > 0 || value?.kind !== "value") return false;
  return value.name === variables[0] && value.field === undefined;
}

/** What names of keys are made of. */
export function keyParts({ keys, args }: Head): Set<string> {
  const values = [keys, args].flatMap(({ fixed, groups }) => [
    ...fixed,
    ...groups.flatMap((group) => group.values),
  ]);
  return new Set(
    values.flatMap((value) => (value.kind === "key" ? value.parts.map(({ name }) => name) : [])),
  );
}

/** The items of lists: name -> field -> type. @throws Error when two heads know one name differently */
export function listTypes({ steps }: Scripts): Map<string, Record<string, string>> {
  const found = new Map<string, Record<string, string>>();
  const groups = [...steps.values()].flatMap(({ head }) => [...head.keys.groups, ...head.args.groups]);
  for (const { variables, values } of groups) {
    const fields = values.flatMap((value) =>
      value.kind === "value" && value.field !== undefined ? [[value.field, value.type] as const] : [],
    );
    if (fields.length === 0) continue;
    const name = variables[0]!;
    const shape = Object.fromEntries(fields);
    if (found.has(name) && JSON.stringify(found.get(name)) !== JSON.stringify(shape))
      throw new Error(`${name} has other fields in another script of schemas/redis`);
    found.set(name, shape);
  }
  return found;
}
