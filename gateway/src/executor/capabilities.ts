/**
 * Which engines this executor has, as they were last seen, announced, and asked for by tasks; capabilities.py is its
 * twin.
 */
import type { EngineCapability, NodeTypeCapability } from "@myspinbot/contracts/types.ts";
import type { NodeType } from "../graphs/node-types.ts";

/** What was found of a node type; `reason` says why its handler could not even be asked. */
export interface Found {
  engines: readonly EngineCapability[];
  reason?: string;
}

/** The engine to use, empty when the type has none to choose from; or why there is none, ever or now. */
export type Choice = { engine: string } | { never: string } | { away: string };

export interface Capabilities {
  /** Answers the types of which something has changed. */
  learn(found: ReadonlyMap<string, Found>): string[];
  /** With `auto` an engine is preferred that offers what the inputs ask for, as far as they are known. */
  engineFor(type: NodeType, wanted: string, inputs: Readonly<Record<string, unknown>>): Choice;
  /** `node_types` of the announcement. */
  rows(): NodeTypeCapability[];
}

const AUTO = "auto";

/** @param types those whose handlers are here */
export function createCapabilities(types: readonly NodeType[]): Capabilities {
  const found = new Map<string, Found>();

  return {
    learn(probed) {
      const changed = [...probed].filter(([type, now]) => {
        const before = found.get(type);
        found.set(type, now);
        return JSON.stringify(before?.engines) !== JSON.stringify(now.engines);
      });
      return changed.map(([type]) => type);
    },
    engineFor(type, wanted, inputs) {
      const { engines = [], reason } = found.get(type.type) ?? {};
      const none = (why: string) => `no engine for ${type.type}: ${why}`.slice(0, 1000);
      if (reason !== undefined) return { never: none(reason) };
      if (wanted !== AUTO && !type.engines.includes(wanted))
        return { never: none(`${wanted} is not known here`) };
      if (wanted === AUTO && type.engines.length === 0) return { engine: "" };
      const rowOf = (name: string) => engines.find((row) => row.name === name);
      const names = wanted === AUTO ? type.engines : [wanted];
      const here = names.filter((name) => rowOf(name)?.available);
      const [first] = here;
      if (first !== undefined)
        return { engine: here.find((name) => offers(rowOf(name)!, type, inputs)) ?? first };
      return {
        away: none(names.map((name) => `${name}: ${rowOf(name)?.reason ?? "it is not here"}`).join("; ")),
      };
    },
    rows: () =>
      types.map(({ type, schema_digest }) => ({
        type,
        schema_digest,
        engines: [...(found.get(type)?.engines ?? [])],
      })),
  };
}

/** Whether an engine offers what inputs ask for; where none asks, none offers it. */
function offers(
  row: EngineCapability,
  { inputs }: NodeType,
  given: Readonly<Record<string, unknown>>,
): boolean {
  const offered: Record<string, unknown> = { ...row, ...row.offers };
  const asked = Object.entries(inputs).flatMap(([name, { chooses_engine: chooses }]) =>
    chooses !== undefined && Object.hasOwn(given, name) ? askedFor(chooses, given[name]) : [],
  );
  return asked.length > 0 && asked.every(([offer, value]) => has(offered[offer], value));
}

/** Names of offers, and what they must have: the value itself, or those of its fields. */
function askedFor(
  chooses: string | Record<string, string>,
  value: unknown,
): [offer: string, value: unknown][] {
  if (typeof chooses === "string") return [[chooses, value]];
  const fields = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  return Object.entries(chooses).flatMap(([field, offer]): [string, unknown][] =>
    Object.hasOwn(fields, field) ? [[offer, fields[field]]] : [],
  );
}

/** A list has names, or things with names; what is no list is there or not. */
function has(offer: unknown, value: unknown): boolean {
  if (!Array.isArray(offer)) return Boolean(offer);
  return offer.some((item: unknown) => (nameOf(item) ?? item) === value);
}

function nameOf(item: unknown): unknown {
  return typeof item === "object" && item !== null && "name" in item ? item.name : undefined;
}
