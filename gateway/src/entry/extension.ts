/** What an extension brings: further node types, handlers and graphs, for tests and for one's own node types. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import type { NodeTypeExtension } from "../graphs/node-types.ts";
import type { Handlers } from "../handlers/handler.ts";

export interface Extension extends NodeTypeExtension {
  handlers?: Handlers;
  graphs?: Graph[];
}

/** One module of an extension. */
export interface LoadedExtension {
  /** As configured. */
  file: string;
  module: Extension;
}

/** All modules as one; nothing in it has been checked. */
export function joined(loaded: readonly LoadedExtension[]): Extension {
  const modules = loaded.map(({ module }) => module);
  return {
    nodeTypes: modules.flatMap((module) => module.nodeTypes ?? []),
    validators: Object.assign({}, ...modules.map((module) => module.validators ?? {})) as never,
    handlers: Object.assign({}, ...modules.map((module) => module.handlers ?? {})) as Handlers,
    graphs: modules.flatMap((module) => module.graphs ?? []),
  };
}

export function extensionError(faults: readonly string[]): Error {
  return new Error(`The extensions cannot be used:\n${faults.map((fault) => `  ${fault}`).join("\n")}`);
}
