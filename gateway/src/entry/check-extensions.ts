/** Checks extensions whole at the start: one fault that is noticed later would hurt everybody who never asked for it. */
import { GRAPHS } from "@myspinbot/contracts/graphs.ts";
import { NODE_TYPES } from "@myspinbot/contracts/node-types.ts";
import type { Graph } from "@myspinbot/contracts/types.ts";
import { namedTypeValidators, validateGraph } from "@myspinbot/contracts/validators.js";
import { fieldErrors } from "../errors/field-errors.ts";
import { checkGraph } from "../graphs/check-graph.ts";
import { createNamedGraphs } from "../graphs/named-graphs.ts";
import { createNodeTypes } from "../graphs/node-types.ts";
import { joined, type LoadedExtension } from "./extension.ts";

type Fields = Record<string, unknown>;
type Rule = [field: string, fits: (value: unknown) => boolean, must: string];

const NAME = /^[a-z][a-z0-9_]{0,63}$/;
const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const isAmount = (value: unknown): boolean => typeof value === "number" && value >= 0 && value < Infinity;
const isWhole = (value: unknown, least: number, most: number): boolean =>
  value === undefined || (Number.isInteger(value) && (value as number) >= least && (value as number) <= most);
const isRetry = (value: unknown): boolean =>
  value === undefined ||
  (isObject(value) &&
    Object.keys(value).every((name) => name === "max_attempts" || name === "backoff_ms") &&
    isWhole(value.max_attempts, 1, 20) &&
    isWhole(value.backoff_ms, 0, 3_600_000));
const arePorts = (value: unknown): boolean =>
  isObject(value) &&
  Object.values(value).every(
    (port) =>
      isObject(port) &&
      // A list of a named type goes by its name and brackets.
      Object.hasOwn(namedTypeValidators, String(port.type).replace(/\[\]$/, "")) &&
      typeof port.required === "boolean",
  );
const PORTS = `must be ports, each with a type (${Object.keys(namedTypeValidators).join(", ")}) and required: true or false`;

const RULES: Rule[] = [
  ["plane", (value) => value === "node" || value === "python", 'must be "node" or "python"'],
  ["description", isText, "must be a text"],
  ["timeout_s", (value) => isAmount(value) && value !== 0, "must be a number above 0"],
  ["engines", (value) => Array.isArray(value) && value.every(isText), "must be a list of names"],
  [
    "resources",
    (value) => isObject(value) && ["cpu", "gpu", "vram_gb"].every((name) => isAmount(value[name])),
    "must have the numbers cpu, gpu and vram_gb",
  ],
  [
    "schema_digest",
    (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value),
    "must be 64 hexadecimal digits",
  ],
  ["retry", isRetry, "must have max_attempts from 1 to 20, backoff_ms from 0 to 3600000, or one of both"],
  ["inputs", arePorts, PORTS],
  ["outputs", arePorts, PORTS],
];

/** One sentence per fault, each with file and name; empty when all can be used. */
export function checkExtensions(loaded: readonly LoadedExtension[], pools: readonly string[]): string[] {
  const faults: string[] = [];
  const types = new Map<string, string>();
  for (const { file, module } of loaded) {
    for (const part of ["nodeTypes", "graphs"] as const)
      if (module[part] !== undefined && !Array.isArray(module[part]))
        faults.push(`${file}: ${part} must be a list`);
    if (faults.length > 0) continue;
    const takes = namer(file, types, Object.keys(NODE_TYPES), "node type");
    for (const type of module.nodeTypes ?? [])
      faults.push(
        ...takes(type?.type),
        ...checkType(type as unknown as Fields, module.validators).map((fault) => `${file}: ${fault}`),
      );
  }
  faults.push(...loaded.flatMap((each) => checkHandlers(each, loaded)));
  // A graph is judged by its node types, so these must be right first.
  return faults.length > 0 ? faults : checkGraphs(loaded, pools);
}

/** Each name is taken once; those that are shipped are taken from the beginning. */
function namer(
  file: string,
  taken: Map<string, string>,
  shipped: readonly string[],
  what: string,
): (name: unknown) => string[] {
  return (name) => {
    if (typeof name !== "string") return [];
    const by = shipped.includes(name) ? "MySpinBot" : taken.get(name);
    taken.set(name, file);
    return by === undefined ? [] : [`${file}: there is a ${what} "${name}" already, from ${by}`];
  };
}

function checkType(type: Fields, validators: unknown): string[] {
  if (!isObject(type) || typeof type.type !== "string" || !NAME.test(type.type))
    return ["a node type needs a name in `type`: lower case letters, digits and _"];
  const name = `node type "${type.type}"`;
  const faults = RULES.filter(([field, fits]) => !fits(type[field])).map(
    ([field, , must]) => `${name}: ${field} ${must}`,
  );
  const own: unknown = isObject(validators) ? validators[type.type] : undefined;
  for (const part of ["params", "inputs", "outputs"])
    if (!isObject(own) || typeof own[part] !== "function")
      faults.push(`${name}: validators.${type.type}.${part} must be a function`);
  return faults;
}

function checkHandlers({ file, module }: LoadedExtension, loaded: readonly LoadedExtension[]): string[] {
  const types = loaded.flatMap((each) => each.module.nodeTypes ?? []);
  const own = module.handlers ?? {};
  const faults = Object.entries(own).flatMap(([name, handler]) => {
    const type = types.find((each) => each?.type === name);
    const others = loaded.filter(
      (each) => each.file !== file && Object.hasOwn(each.module.handlers ?? {}, name),
    );
    return [
      ...(typeof handler === "function" ? [] : [`${file}: handler "${name}" must be a function`]),
      ...(handler?.engines === undefined || typeof handler.engines === "function"
        ? []
        : [`${file}: handler "${name}": engines must be a function`]),
      ...(handler?.check === undefined || typeof handler.check === "function"
        ? []
        : [`${file}: handler "${name}": check must be a function`]),
      ...(Object.hasOwn(NODE_TYPES, name)
        ? [`${file}: handler "${name}" is shipped and cannot be replaced`]
        : []),
      ...(type === undefined && !Object.hasOwn(NODE_TYPES, name)
        ? [`${file}: handler "${name}" has no node type`]
        : []),
      ...(type?.plane === "python"
        ? [`${file}: handler "${name}": its node type runs on the plane "python"`]
        : []),
      ...others.map((each) => `${file}: there is a handler "${name}" already, from ${each.file}`),
    ];
  });
  const handlers = new Set(loaded.flatMap((each) => Object.keys(each.module.handlers ?? {})));
  for (const type of Array.isArray(module.nodeTypes) ? module.nodeTypes : [])
    if (type?.plane === "node" && !handlers.has(type.type))
      faults.push(`${file}: node type "${type.type}" has no handler`);
  return faults;
}

function checkGraphs(loaded: readonly LoadedExtension[], pools: readonly string[]): string[] {
  const nodeTypes = createNodeTypes(joined(loaded));
  const names = new Map<string, string>();
  const fitting = loaded.flatMap(({ module }) =>
    (module.graphs ?? []).filter((graph) => validateGraph(graph)),
  );
  const graphs = createNamedGraphs([...Object.values(GRAPHS), ...fitting], { nodeTypes, pools });
  return loaded.flatMap(({ file, module }) => {
    const takes = namer(file, names, Object.keys(GRAPHS), "graph");
    return (module.graphs ?? []).flatMap((graph: Graph) => {
      const problems = fieldErrors(validateGraph, graph);
      const all = problems.length > 0 ? problems : checkGraph(graph, { nodeTypes, pools, graphs });
      const name = isObject(graph) ? String((graph as unknown as Fields).name) : "?";
      return [
        ...takes(name),
        ...all.map(({ pointer, detail }) => `${file}: graph "${name}": ${pointer || "it"} ${detail}`),
      ];
    });
  });
}
